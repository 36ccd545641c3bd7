from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from cinema import clock
from jobs.command import Counts, JobCommand, JobPass
from notifications.models import Notification
from notifications.services import deliver


class Command(JobCommand):
    help = "Send the queued messages by e-mail and SMS; try again later what could not be sent."
    batch_size = 100  # what a slow server takes within a sender's patience
    atomic = False

    def work(self, current: JobPass) -> None:
        self.begun = clock.monotonic()
        super().work(current)

    def due(self, at: datetime, /) -> QuerySet[Any]:
        return Notification.objects.due(at)

    def act(self, notifications: list[Any], at: datetime, /) -> Counts:
        # Sending takes its time: a claim counted from the beginning of the pass could end before it is made.
        return deliver(notifications, at=at + timedelta(seconds=clock.monotonic() - self.begun))
