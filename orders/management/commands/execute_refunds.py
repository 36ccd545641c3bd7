from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from jobs.command import Counts, JobCommand
from orders.services import send_refunds
from payments.models import Refund


class Command(JobCommand):
    help = "Send requested refunds to their gateways, each once; retry later what could not be sent."
    batch_size = 20  # what a slow gateway takes within a sender's patience
    atomic = False
    held_because = "the bank has not decided a dispute"

    def due(self, at: datetime, /) -> QuerySet[Any]:
        return Refund.objects.to_send(at)

    def held(self, at: datetime, /) -> QuerySet[Any]:
        return Refund.objects.held_by_dispute(at)

    def act(self, refunds: list[Any], at: datetime, /) -> Counts:
        return send_refunds(refunds, at=at)
