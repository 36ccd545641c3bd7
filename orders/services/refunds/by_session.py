from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from orders import notifications
from orders.locks import keys_of, lock_orders_with_sessions
from orders.models import Order, OrderLine, Ticket
from orders.services.refunds.effects import remaining_lines
from orders.services.refunds.refund import refund_each_locked
from orders.services.selling.cancellation import CancelReason, cancel_locked
from payments.services import disputed_orders, returned_by
from screenings.models import Session


def refund_cancelled_sessions(orders: Iterable[Order], *, at: datetime) -> None:
    """Refund orders with tickets for cancelled sessions, and notify the customers.

    An unpaid order is cancelled. In a sold one those tickets are refunded, and open snacks too when no other tickets
    are left. One whose payment is disputed waits until the bank has decided. A constant number of queries. Owns its
    transaction.
    """
    with transaction.atomic():
        refund_cancelled_sessions_locked(lock_orders_with_sessions(keys_of(orders)), at=at)


def refund_cancelled_sessions_locked(orders: Sequence[Order], *, at: datetime) -> int:
    """Refund a job's batch of orders; see `refund_cancelled_sessions`. Returns how many were not passed over.

    Must be called inside a transaction (the orders and, before them, their sessions are locked; the orders were read
    afterwards).
    """
    lost: dict[int, list[Ticket]] = {order.pk: [] for order in orders}
    of_cancelled = (
        Ticket.objects.live()
        .filter(order__in=lost.keys(), session__status=Session.Status.CANCELLED)
        .select_related("session__film", "session__hall", "seat")
        .order_by("pk")
    )
    for ticket in of_cancelled:
        lost[ticket.order_id].append(ticket)
    unpaid = [order for order in orders if order.status in Order.UNPAID]
    held = disputed_orders([order.pk for order in orders if order.status in Order.SOLD])
    sold = [order for order in orders if order.status in Order.SOLD and order.pk not in held]
    if unpaid:
        cancel_locked(unpaid, reason=CancelReason.SESSION_CANCELLED, at=at)
    wanted = _wanted(sold, lost)
    plans = refund_each_locked(sold, wanted, reason=CancelReason.SESSION_CANCELLED, at=at) if wanted else []
    returned = returned_by((plan.refund, plan.money_back) for plan in plans)
    notifications.notify_sessions_cancelled(
        orders,
        tickets=lost,
        returned={plan.order.pk: returned[plan.refund.pk] for plan in plans},
        points={plan.order.pk: plan.points_back for plan in plans},
        held=held,
        at=at,
    )
    return len(orders) - len(held)


def _wanted(orders: Sequence[Order], lost: dict[int, list[Ticket]]) -> dict[int, Sequence[OrderLine]]:
    found = remaining_lines([order.pk for order in orders])
    wanted: dict[int, Sequence[OrderLine]] = {}
    for order in orders:
        gone = {ticket.pk for ticket in lost[order.pk]}
        left = [ticket for ticket in found[order.pk].tickets if ticket.pk not in gone]
        # With another session left the customer still comes and can collect the snacks.
        wanted[order.pk] = lost[order.pk] if left else found[order.pk].refundable
    return wanted
