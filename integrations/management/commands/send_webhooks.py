from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from integrations.models import WebhookDelivery, WebhookEvent
from integrations.models.webhooks import old_events
from integrations.services.webhook_delivery import send_webhooks
from integrations.services.webhook_events import FACTS
from jobs.command import Counts, JobCommand, Step


class Command(JobCommand):
    help = "Find what happened and post it to the receivers of webhooks; forget what was told a month ago."
    batch_size = 50  # about as many as receivers take within `jobs.claims.SENDING_LIMIT`
    overdue_matters = False  # a receiver that fails keeps its rows waiting for days; /metrics says how long

    def steps(self) -> list[Step]:
        # No lock: a fact does not change any more, and each is one event however often it is found.
        facts = [Step(fact.type.value, fact.due, fact.queue, lock=self.no_lock) for fact in FACTS]
        send = Step("send", self.due, self.act, atomic=False)
        return [*facts, send, Step("forget", old_events, self.forget)]

    def no_lock(self, _pks: list[int], /) -> None:
        return

    def due(self, at: datetime, /) -> QuerySet[Any]:
        return WebhookDelivery.objects.due(at)

    def act(self, deliveries: list[Any], at: datetime, /) -> Counts:
        return send_webhooks(deliveries, at=at)

    def forget(self, events: list[Any], _at: datetime, /) -> None:
        WebhookEvent.objects.filter(pk__in=[event.pk for event in events]).delete()
