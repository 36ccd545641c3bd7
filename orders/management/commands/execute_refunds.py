from jobs.command import JobCommand
from orders.services import send_refunds
from payments.models import Refund


class Command(JobCommand):
    help = "Send requested refunds to their gateways, each once; retry later what could not be sent."
    batch_size = 20  # what a slow gateway takes within a sender's patience
    atomic = False
    held_because = "the bank has not decided a dispute"

    def due(self, at):
        return Refund.objects.to_send(at)

    def held(self, at):
        return Refund.objects.held_by_dispute(at)

    def act(self, refunds, at):
        return send_refunds(refunds, at=at)
