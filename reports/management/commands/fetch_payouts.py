from django.conf import settings

from cinema import clock
from jobs.command import JobCommand, JobPass
from jobs.options import Options
from jobs.steps import Step
from reports.services import fetch_payouts, unknown_payouts


class Command(JobCommand):
    help = "Fetch the payouts that have arrived from Stripe, and compare them with our payments and refunds."

    def steps(self) -> list[Step]:
        return []

    def work(self, current: JobPass) -> None:
        current.counts.add(fetch_payouts(at=current.at))

    def show(self, options: Options) -> None:
        """Asks Stripe too; nothing is read in."""
        found = unknown_payouts(options.at or clock.now()) if settings.STRIPE_SECRET_KEY else []
        self.stdout.write(f"{len(found)} payouts to fetch: {', '.join(each.id for each in found) or '–'}")
