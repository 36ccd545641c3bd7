from jobs.command import JobCommand
from payments.models import Receipt
from payments.services import check_receipts


class Command(JobCommand):
    help = "Ask the receipt service whether registered receipts were printed."
    atomic = False

    def due(self, at):
        return Receipt.objects.to_ask(at)

    def act(self, receipts, at):
        return check_receipts(receipts, at=at)
