from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from cinema.status import transition_matching
from orders.locks import keys_of, lock_orders
from orders.models import Order, Ticket


def complete(orders: Iterable[Order], *, at: datetime) -> None:
    """Close paid orders whose sessions are over; tickets that nobody scanned are no-shows."""
    with transaction.atomic():
        rows = lock_orders(keys_of(orders))
        Order.transition(rows, Order.Status.COMPLETED, at=at, completed_at=at)
        transition_matching(Ticket.objects.filter(order__in=[order.pk for order in rows]), Ticket.Status.EXPIRED)
