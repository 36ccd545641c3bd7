from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from jobs.command import JobCommand, JobPass
from jobs.retry import with_retries
from reports.models import BusinessDay
from reports.services import close_locked, open_days
from reports.services.days import to_open


class Command(JobCommand):
    help = "Open the business days of each cinema, and close those that have ended: freeze and check their figures."
    batch_size = 1  # a day is a transaction of its own

    def work(self, current: JobPass) -> None:
        with_retries(partial(self.open, current.at))
        super().work(current)

    def open(self, at: datetime) -> None:
        with transaction.atomic():
            # Locked without keeping anybody from adding orders of the cinemas.
            open_days(list(to_open(at).select_for_update(no_key=True, of=("self",)).order_by("pk")), at=at)

    def due(self, at: datetime) -> QuerySet[BusinessDay]:
        return BusinessDay.objects.to_close(at)

    def act(self, days: list[BusinessDay], at: datetime) -> None:
        for day in days:
            close_locked(day, at=at)
