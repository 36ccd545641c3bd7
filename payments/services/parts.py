"""Parts of an order's price that go back because it is given up before all is paid."""

from datetime import datetime

from django.db.models import Sum

from accounts.errors import ApprovalRequired
from accounts.models import User
from accounts.services import require_approval_above_limit
from cinema.money import ZERO
from payments.errors import PartsOfAnotherShift
from payments.models import MANUAL_GATEWAYS, Payment, Refund, Shift


def count_returned_parts(order: int, *, shift: Shift | None, at: datetime, actor: User) -> None:
    """Count what goes back by hand for this order towards the limit for refunds of whoever gave it up, but for what was
    taken in the open `shift` of the same person. From then on these refunds are decided: they have that actor.

    Raises `PartsOfAnotherShift` above it, and for whoever may not refund. Must be called inside a transaction (the one
    that gives the order up, so that a refusal undoes it).
    """
    taken = Payment.objects.filter(order=order, status=Payment.Status.SUCCEEDED, gateway__in=MANUAL_GATEWAYS)
    amount = taken.exclude(shift=shift.pk if shift else 0).aggregate(sum=Sum("amount", default=ZERO))["sum"]
    if amount and not actor.has_perm("orders.refund_order"):
        raise PartsOfAnotherShift(amount)
    try:
        require_approval_above_limit("orders.refund", amount, actor=actor, approver=None, at=at)
    except ApprovalRequired:
        raise PartsOfAnotherShift(amount) from None
    Refund.objects.filter(order=order, actor=None, payment__in=taken).update(actor=actor)
