from jobs.command import JobCommand
from orders.services import reconcile
from payments.models import Payment


class Command(JobCommand):
    help = "Ask the gateways about open payments, and from time to time whether a paid one was charged back."
    batch_size = 50
    atomic = False

    def due(self, at):
        return Payment.objects.due_for_polling(at)

    def act(self, payments, at):
        return reconcile(payments, at=at)
