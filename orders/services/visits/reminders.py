from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from orders import notifications
from orders.models import Order, Ticket
from orders.queries import tickets_to_remind


def remind_locked(orders: Iterable[Order], *, at: datetime) -> None:
    """Remind customers of sessions that start soon: one message per order and session, never twice.

    A constant number of queries. Must be called inside a transaction (the orders are locked and were read afterwards).
    """
    locked = {order.pk: order for order in orders}
    tickets = list(
        tickets_to_remind(at)
        .filter(order__in=locked.keys())
        .select_related("seat")
        .prefetch_related("session__film", "session__hall__cinema")  # few sessions, many tickets
        .order_by("order", "session", "seat__row", "seat__number")
    )
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets]).update(reminder_sent_at=at)
    groups: defaultdict[tuple[int, int], list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        ticket.order = locked[ticket.order_id]
        groups[ticket.order_id, ticket.session_id].append(ticket)
    notifications.notify_upcoming_sessions(groups.values(), at=at)
