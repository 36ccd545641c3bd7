from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from film_hire.models import Statement
from film_hire.services import days_to_report, report_locked, send_locked, settle_locked, weeks_to_settle
from jobs.command import JobCommand
from jobs.steps import Step
from reports.models import BusinessDay


class Command(JobCommand):
    help = (
        "Write the film hire statements of weeks that have been closed, correct earlier ones, and send them; "
        "send the gross of each day to the distributors that want it."
    )
    batch_size = 1  # a week of a cinema is a transaction of its own

    def steps(self) -> list[Step]:
        return [
            Step("settle", self.to_settle, self.settle),
            Step("send", self.to_send, lambda rows, at: send_locked(rows, at=at)),
            Step("report", self.to_report, self.report),
        ]

    def to_settle(self, at: datetime) -> QuerySet[Any]:
        return weeks_to_settle(at).select_related("cinema")

    def settle(self, days: list[BusinessDay], at: datetime) -> None:
        for day in days:
            settle_locked(day, at=at)

    def to_send(self, at: datetime) -> QuerySet[Any]:
        return Statement.objects.to_send(at).select_related("distributor", "cinema")

    def to_report(self, at: datetime) -> QuerySet[Any]:
        return days_to_report(at).select_related("cinema")

    def report(self, days: list[BusinessDay], at: datetime) -> None:
        for day in days:
            report_locked(day, at=at)
