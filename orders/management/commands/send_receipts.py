from jobs.command import JobCommand, Step
from orders.services import receipt_refunds, receipt_sales, receipt_settlements
from orders.services.receipts.queue import to_settle
from payments.models import GiftCardMovement, Payment, Receipt, Refund
from payments.services import queue_gift_card_receipts, send_receipts


class Command(JobCommand):
    help = "Queue fiscal receipts for payments, refunds, gift cards and finished shows, and send the queue."

    def steps(self) -> list[Step]:
        cards = GiftCardMovement.objects
        return [
            Step("sales", Payment.objects.without_receipt, lambda rows, at: receipt_sales(rows, at=at)),
            Step("refunds", Refund.objects.without_receipt, lambda rows, at: receipt_refunds(rows, at=at)),
            Step("gift_cards", cards.without_receipt, lambda rows, at: queue_gift_card_receipts(rows, at=at)),
            Step("settlements", to_settle, lambda rows, at: receipt_settlements(rows, at=at)),
            Step("send", Receipt.objects.to_send, self.send, atomic=False),
        ]

    def send(self, receipts, at):
        return send_receipts(receipts, at=at)
