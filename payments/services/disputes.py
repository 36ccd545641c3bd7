"""Records disputes as their gateway reports them. A gateway also reports the money of a lost dispute as a refund."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists

from cinema.status import transition
from payments.gateways import DisputeReport
from payments.locks import lock_orders_of
from payments.models import Dispute, Payment


def disputed_orders(orders: Collection[int]) -> set[int]:
    """Those of the orders (primary keys) with a dispute that is not decided. One query. Reads only."""
    disputed = Exists(Dispute.objects.undecided_about("pk", "moved_from"))
    return set(Payment.objects.filter(disputed, order__in=orders).order_by().values_list("order", flat=True))


def record_disputes(payment: Payment, reports: Iterable[DisputeReport], *, at: datetime) -> bool:
    """Create or update the payment's disputes as reported; returns whether one of them is still undecided.

    A dispute reported twice is one row; its reason, amount and deadline may change while it is undecided. Owns its
    transaction.
    """
    reports = list(reports)
    if not reports:
        return False
    with transaction.atomic():
        lock_orders_of(Payment.objects.filter(pk=payment.pk))
        known_by_id = {each.external_id: each for each in payment.disputes.all()}
        for report in reports:
            details = {"amount": report.amount, "reason": report.reason[:60], "answer_by": report.answer_by}
            decided_at = None if report.state in Dispute.UNDECIDED else at
            known = known_by_id.get(report.external_id)
            if known is None:
                Dispute.objects.create(
                    payment=payment,
                    external_id=report.external_id,
                    status=report.state,
                    heard_at=at,
                    decided_at=decided_at,
                    **details,
                )
            elif known.status != report.state:
                transition([known], report.state, decided_at=decided_at, **details)
            else:
                Dispute.objects.filter(pk=known.pk).update(**details)
    return any(report.state in Dispute.UNDECIDED for report in reports)
