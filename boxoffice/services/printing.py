"""Tickets and vouchers printed at the box office.

Whoever prints what was not sold in their own open shift is recorded, since a printed code opens the door.
"""

from datetime import datetime

from accounts.models import User
from boxoffice.errors import NoShift
from orders.models import Order, OrderChange
from payments.models import Payment, Shift


def is_sold_by(order: Order, actor: User, *, shift: Shift | None) -> bool:
    """Whether this person took its money in this open shift, or sold it for nothing since, and prints its tickets
    freely. At most one query. Reads only."""
    if shift is None or shift.status != Shift.Status.OPEN:
        return False
    if not order.final_amount:
        return was_free_in(order, shift, seller=actor.pk)
    return order.payments.filter(shift=shift, actor=actor, status=Payment.Status.SUCCEEDED).exists()


def was_free_in(order: Order, shift: Shift, *, seller: int) -> bool:
    """Whether this person (primary key) sold the order, which has no payment, at the till since the shift was opened.
    At most one query. Reads only."""
    if order.channel != Order.Channel.BOX_OFFICE:
        return False
    return order.events.filter(to_status=Order.Status.PAID, actor=seller, at__gte=shift.opened_at).exists()


def print_for_guest(order: Order, *, shift: Shift | None, at: datetime, actor: User, reason: str = "") -> None:
    """Record that somebody prints the tickets of an order that they did not sell in the open shift, or its voucher.

    Raises `NoShift`. Owns its transaction.
    """
    if shift is None:
        raise NoShift
    OrderChange.objects.create(order=order, kind=OrderChange.Kind.PRINTED, at=at, actor=actor, reason=reason)
