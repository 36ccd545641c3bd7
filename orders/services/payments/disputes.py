"""What banks dispute comes to the staff's eyes. What a lost dispute takes, `book_refunds` books."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from cinema.status import transition
from orders.locks import lock_orders
from payments.gateways import DisputeReport
from payments.models import Dispute, Payment


def book_disputes(payment: Payment, reports: Iterable[DisputeReport], *, at: datetime) -> bool:
    """Have our disputes of the payment say what the gateway says; whether one of them is still argued about.

    Told how often, each is one row. Its reason, amount and day may change while it is argued about.
    """
    reports = list(reports)
    if not reports:
        return False
    with transaction.atomic():
        lock_orders([payment.order_id])
        ours = {each.external_id: each for each in payment.disputes.all()}
        for report in reports:
            told = {"amount": report.amount, "reason": report.reason[:60], "answer_by": report.answer_by}
            decided_at = None if report.state in Dispute.UNDECIDED else at
            known = ours.get(report.external_id)
            if known is None:
                Dispute.objects.create(
                    payment=payment,
                    external_id=report.external_id,
                    status=report.state,
                    heard_at=at,
                    decided_at=decided_at,
                    **told,
                )
            elif known.status != report.state:
                transition([known], report.state, decided_at=decided_at, **told)
            else:
                Dispute.objects.filter(pk=known.pk).update(**told)
    return any(report.state in Dispute.UNDECIDED for report in reports)
