from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from cinema import clock
from jobs.command import Counts, JobCommand, JobPass, Step
from notifications.models import Notification, SmsDelivery
from notifications.services import deliver, news
from notifications.services.sms import check_reports


class Command(JobCommand):
    help = (
        "Send queued messages by e-mail and SMS; retry later those that could not be sent. Ask whether SMS arrived."
        " Ask whoever may have agreed to news and offers to confirm it."
    )
    batch_size = 100  # about as many as a slow server takes within `jobs.claims.SENDING_LIMIT`
    atomic = False

    def work(self, current: JobPass) -> None:
        self.started = clock.monotonic()
        super().work(current)

    def steps(self) -> list[Step]:
        arrived = Step("arrived", SmsDelivery.objects.to_check, self.act_on_sms, atomic=False)
        return [Step("news", news.to_ask, self.act_on_news), *super().steps(), arrived]

    def act_on_news(self, rows: list[Any], at: datetime, /) -> None:
        news.ask(rows, at=at)

    def act_on_sms(self, rows: list[Any], at: datetime, /) -> Counts:
        return check_reports(rows, at=at)

    def due(self, at: datetime, /) -> QuerySet[Any]:
        return Notification.objects.due(at)

    def act(self, notifications: list[Any], at: datetime, /) -> Counts:
        # Sending is slow: a claim dated from the start of the pass could expire before it is made.
        return deliver(notifications, at=at + timedelta(seconds=clock.monotonic() - self.started))
