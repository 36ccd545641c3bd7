from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from orders import messages
from orders.locks import keys_of, lock_orders
from orders.models import Order


def become_overdue(orders: Iterable[Order], *, at: datetime) -> None:
    """Mark orders that were not paid by their deadline, keep their seats, and tell the customers where to pay."""
    with transaction.atomic():
        rows = lock_orders(keys_of(orders))
        Order.move(rows, Order.Status.PAYMENT_OVERDUE, at=at)
        messages.tell_of_overdue(rows, at=at)
