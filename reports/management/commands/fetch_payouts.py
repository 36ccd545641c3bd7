from jobs.command import JobCommand, JobPass
from jobs.steps import Step
from reports.services import fetch_payouts


class Command(JobCommand):
    help = "Fetch the payouts that have arrived from Stripe, and compare them with our payments and refunds."

    def steps(self) -> list[Step]:
        return []

    def work(self, current: JobPass) -> None:
        current.counts.add(fetch_payouts(at=current.at))
