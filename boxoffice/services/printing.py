"""Tickets and vouchers printed at the box office.

Whoever prints what was not sold in their own open shift is recorded, since a printed code opens the door.
"""

from datetime import datetime

from accounts.models import User
from boxoffice.errors import NoShift
from orders.models import Order, OrderChange
from payments.models import Payment, Shift


def is_sold_by(order: Order, actor: User, *, shift: Shift | None) -> bool:
    """Whether this person took its money in this open shift, and prints its tickets freely. At most one query. Reads
    only."""
    if shift is None or shift.status != Shift.Status.OPEN:
        return False
    return order.payments.filter(shift=shift, actor=actor, status=Payment.Status.SUCCEEDED).exists()


def print_for_guest(order: Order, *, shift: Shift | None, at: datetime, actor: User, reason: str = "") -> None:
    """Record that somebody prints the tickets of an order that they did not sell in the open shift, or its voucher.

    Raises `NoShift`. Owns its transaction.
    """
    if shift is None:
        raise NoShift
    OrderChange.objects.create(order=order, kind=OrderChange.Kind.PRINTED, at=at, actor=actor, reason=reason)
