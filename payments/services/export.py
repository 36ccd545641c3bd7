"""Exports the payments of an order, for a customer who asks for their personal data."""

from typing import Any

from django.db.models import Model

from accounts.services import facts_of

PAYMENT = "gateway external_id amount status created_at succeeded_at".split()
DISPUTE = "amount reason status heard_at".split()
REFUND = "amount status reason external_id requested_at succeeded_at".split()
RECEIPT = "kind amount status created_at sent_at".split()
RECEIPT_LINE = "name quantity price vat".split()


def payments_of_order(order: Model) -> dict[str, Any]:
    """Payments, refunds and receipts of an order that comes with them (`prefetch_related`). Reads only."""
    rows: Any = order
    return {
        "payments": [
            {**facts_of(payment, PAYMENT), "disputes": [facts_of(each, DISPUTE) for each in payment.disputes.all()]}
            for payment in rows.payments.all()
        ],
        "refunds": [facts_of(refund, REFUND) for refund in rows.refunds.all()],
        "receipts": [
            {**facts_of(receipt, RECEIPT), "lines": [facts_of(line, RECEIPT_LINE) for line in receipt.lines.all()]}
            for receipt in rows.receipts.all()
        ],
    }
