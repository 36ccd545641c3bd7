from datetime import datetime
from functools import partial

from django.db.models import QuerySet
from django.utils import timezone

from jobs.command import JobCommand, JobPass
from jobs.retry import with_retries
from reports.models import Engagement
from reports.services import open_engagement, refresh_locked


class Command(JobCommand):
    help = "Count the figures about customers anew, once for each date."

    def work(self, current: JobPass) -> None:
        with_retries(partial(open_engagement))
        super().work(current)

    def due(self, at: datetime) -> QuerySet[Engagement]:
        return Engagement.objects.to_refresh(timezone.localdate(at))

    def act(self, rows: list[Engagement], at: datetime) -> None:
        for engagement in rows:
            refresh_locked(engagement, at=at)
