from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from jobs.command import JobCommand, JobPass
from jobs.retry import with_retries
from jobs.steps import Step
from reports.models import ReportMailing
from reports.services import prepare, repeat_locked, send_locked


class Command(JobCommand):
    help = (
        "Prepare the scheduled reports of days and weeks that have been closed, and queue the e-mails with their files."
    )
    batch_size = 1  # a mailing is a transaction of its own

    def work(self, current: JobPass) -> None:
        with_retries(partial(self.prepare, current.at))
        super().work(current)

    def prepare(self, at: datetime) -> None:
        with transaction.atomic():
            prepare(at=at)

    def steps(self) -> list[Step]:
        return [
            Step("repeat", ReportMailing.objects.to_repeat, lambda rows, at: repeat_locked(rows, at=at)),
            Step("send", self.to_send, lambda rows, at: send_locked(rows, at=at)),
        ]

    def to_send(self, at: datetime) -> QuerySet[Any]:
        return ReportMailing.objects.to_send(at).select_related("schedule", "file")
