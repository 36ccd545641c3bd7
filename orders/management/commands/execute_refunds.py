from datetime import datetime
from typing import Any

from jobs.command import Counts, JobCommand, Step
from orders.services import send_refunds
from payments.models import Refund


class Command(JobCommand):
    help = "Send the refunds that were asked for, each once; try again later what could not be sent."
    batch_size = 20  # what a slow gateway takes within a sender's patience

    def steps(self) -> list[Step]:
        return [Step("", Refund.objects.to_send, self.send, atomic=False)]

    def send(self, refunds: list[Any], at: datetime) -> Counts:
        return send_refunds(refunds, at=at)
