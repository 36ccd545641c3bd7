"""Locks the orders that payments and refunds belong to.

An order's row stands for its payments and refunds: whoever changes their status locks the order first. The order of
locks across all tables is in orders/locks.py.
"""

from typing import Any

from django.db.models import QuerySet


def lock_orders_of(rows: QuerySet[Any]) -> None:
    """Lock the orders of these payments or refunds, by id, until the transaction ends. One query.

    Read the rows afterwards: before they may be out of date.
    """
    locked = rows.select_related("order").only("order__id").order_by("order_id")
    list(locked.select_for_update(of=("order",)))
