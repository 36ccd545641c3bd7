from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from cinema.status import transition_matching
from orders.locks import keys_of, lock_orders
from orders.models import Order, Ticket


def complete(orders: Iterable[Order], *, at: datetime) -> None:
    """Complete paid orders whose sessions are over; tickets that were not scanned expire as no-shows.

    Raises `ForbiddenMove` for an order that is not paid; then none is changed. A constant number of queries. Owns its
    transaction.
    """
    with transaction.atomic():
        complete_locked(lock_orders(keys_of(orders)), at=at)


def complete_locked(orders: Sequence[Order], *, at: datetime) -> None:
    """Complete a job's batch of orders; see `complete`.

    Must be called inside a transaction (the orders are locked and were read afterwards).
    """
    Order.transition(orders, Order.Status.COMPLETED, at=at, completed_at=at)
    transition_matching(Ticket.objects.filter(order__in=keys_of(orders)), Ticket.Status.EXPIRED)
