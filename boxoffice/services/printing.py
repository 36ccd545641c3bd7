"""Tickets printed at the box office.

Whoever prints what was sold elsewhere is recorded, since a printed code opens the door.
"""

from datetime import datetime

from accounts.models import User
from boxoffice.errors import NoShift
from orders.models import Order, OrderChange
from payments.models import Shift


def is_sold_here(order: Order) -> bool:
    """Whether the order was sold at the box office, which prints its tickets freely. Reads only."""
    return order.channel == Order.Channel.BOX_OFFICE


def print_for_guest(order: Order, *, shift: Shift | None, at: datetime, actor: User) -> None:
    """Record that somebody prints the tickets of a guest who did not buy at the box office.

    Raises `NoShift`. Owns its transaction.
    """
    if shift is None:
        raise NoShift
    OrderChange.objects.create(order=order, kind=OrderChange.Kind.PRINTED, at=at, actor=actor)
