from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from jobs.command import Counts, JobCommand
from orders.services import reconcile
from payments.models import Payment


class Command(JobCommand):
    help = "Ask the gateways about open payments, and from time to time whether a paid one was charged back."
    batch_size = 50
    atomic = False

    def due(self, at: datetime, /) -> QuerySet[Any]:
        return Payment.objects.due_for_polling(at)

    def act(self, payments: list[Any], at: datetime, /) -> Counts:
        return reconcile(payments, at=at)
