from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from orders import notifications
from orders.locks import keys_of, lock_orders_with_sessions
from orders.models import Order, Ticket
from orders.services.refunds.effects import OrderLine, lines_of
from orders.services.refunds.refund import refund_each
from orders.services.selling.cancellation import CancelReason, cancel
from screenings.models import Session


def refund_cancelled_sessions(orders: Iterable[Order], *, at: datetime) -> None:
    """Undo what customers bought for sessions that were cancelled, and tell them.

    An unpaid order is cancelled; of a sold one the tickets are refunded, and with them its open snacks when it has
    nothing else left. A constant number of queries.
    """
    with transaction.atomic():
        rows = lock_orders_with_sessions(keys_of(orders))
        keys = [order.pk for order in rows]
        lost: dict[int, list[Ticket]] = {key: [] for key in keys}
        of_cancelled = (
            Ticket.objects.live()
            .filter(order__in=keys, session__status=Session.Status.CANCELLED)
            .select_related("session__film")
            .order_by("pk")
        )
        for ticket in of_cancelled:
            lost[ticket.order_id].append(ticket)
        unpaid = [order for order in rows if order.status in Order.UNPAID]
        sold = [order for order in rows if order.status in Order.SOLD]
        if unpaid:
            cancel(unpaid, reason=CancelReason.SESSION_CANCELLED, at=at)
        wanted = _wanted(sold, lost)
        claims = refund_each(wanted, reason=CancelReason.SESSION_CANCELLED, at=at) if wanted else []
        notifications.notify_sessions_cancelled(
            rows,
            tickets=lost,
            amounts={claim.order.pk: claim.money_back for claim in claims},
            points={claim.order.pk: claim.points_back for claim in claims},
            at=at,
        )


def _wanted(orders: Sequence[Order], lost: dict[int, list[Ticket]]) -> dict[int, Sequence[OrderLine]]:
    found = lines_of([order.pk for order in orders])
    wanted: dict[int, Sequence[OrderLine]] = {}
    for order in orders:
        gone = {ticket.pk for ticket in lost[order.pk]}
        left = [ticket for ticket in found[order.pk].tickets if ticket.pk not in gone]
        # With a film left the snacks are still wanted; without one nobody comes for them.
        wanted[order.pk] = lost[order.pk] if left else found[order.pk].refundable
    return wanted
