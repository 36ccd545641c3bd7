"""The order in which rows are locked, everywhere: session, order, ticket, preorder; then promo code, stock item and
bonus account, last because tills wait for them; then gift card, shift and cash place. Rows of a table are locked by id.

An order's row protects everything that belongs to it: whoever changes its tickets, preorders, payments or refunds locks
the order first.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection

from orders.models import Order, Ticket
from screenings.models import Session


def keys_of(orders: "Order | Iterable[Order]") -> list[int]:
    return [orders.pk] if isinstance(orders, Order) else [order.pk for order in orders]


def lock_orders(keys: Collection[int]) -> list[Order]:
    """The orders as they are now, locked until the transaction ends."""
    return list(Order.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))


def lock_order(order: Order) -> Order:
    return Order.objects.select_for_update(of=("self",)).get(pk=order.pk)


def lock_orders_with_sessions(keys: Collection[int]) -> list[Order]:
    """Lock orders and, before them, their sessions, so that no session is archived during a refund."""
    _lock_sessions_of(keys)
    return lock_orders(keys)


def lock_keys(keys: Collection[int]) -> None:
    """Lock a job's batch of orders; the rows are read afterwards."""
    list(Order.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk").values_list("pk"))


def lock_keys_with_sessions(keys: Collection[int]) -> None:
    """Lock a job's batch of orders with their sessions; the rows are read afterwards."""
    _lock_sessions_of(keys)
    lock_keys(keys)


def share_sessions(keys: Collection[int]) -> dict[int, list[Any]]:
    """Their hall, start, privacy and status now, which stay so until the transaction ends: whoever moves or cancels a
    session locks it with `FOR UPDATE` and waits. Sales do not wait for each other. Must be the first lock. One query.
    """
    columns = ["id", "hall_id", "start_datetime", "is_private", "status"]
    if not connection.features.has_select_for_update:
        return {key: facts for key, *facts in Session.objects.filter(pk__in=keys).values_list(*columns)}
    sql = f"SELECT {', '.join(columns)} FROM screenings_session WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(keys)])
        return {key: facts for key, *facts in cursor.fetchall()}


def _lock_sessions_of(orders: Collection[int]) -> None:
    list(
        Session.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=Ticket.objects.filter(order__in=orders).values("session"))
        .order_by("pk")
        .values_list("pk")
    )
