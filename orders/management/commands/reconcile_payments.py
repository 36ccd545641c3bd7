from datetime import datetime
from typing import Any

from jobs.command import Counts, JobCommand, Step
from orders.services import reconcile
from payments.models import Payment


class Command(JobCommand):
    help = "Ask the gateways about every payment that is open, and now and then whether a paid one was taken back."
    batch_size = 50

    def steps(self) -> list[Step]:
        return [Step("", Payment.objects.to_ask, self.ask, atomic=False)]

    def ask(self, payments: list[Any], at: datetime) -> Counts:
        return reconcile(payments, at=at)
