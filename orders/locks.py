"""The order in which rows are locked, everywhere: session, order, ticket, preorder, and then, last, since tills wait
for them, promocode, stock item, bonus account; each by id.

An order's row stands for all that hangs on it: who changes its tickets, preorders, payments or refunds locks the order.
"""

from collections.abc import Collection, Iterable

from orders.models import Order, Ticket
from screenings.models import Session


def keys_of(orders: "Order | Iterable[Order]") -> list[int]:
    return [orders.pk] if isinstance(orders, Order) else [order.pk for order in orders]


def lock_orders(keys: Collection[int]) -> list[Order]:
    """The orders as they are now, locked until the transaction ends."""
    return list(Order.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))


def lock_order_keys(keys: Collection[int]) -> list[int]:
    """The same where nothing of the orders themselves is needed."""
    rows = Order.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def lock_order(order: Order) -> Order:
    return Order.objects.select_for_update(of=("self",)).get(pk=order.pk)


def lock_orders_with_sessions(keys: Collection[int]) -> list[Order]:
    """For refunds: a session that is being archived is summed up before the refund or after it, never during it."""
    _lock_sessions_of(keys)
    return lock_orders(keys)


def lock_keys_with_sessions(keys: Collection[int]) -> None:
    """The same for a job's batch, whose rows are read afterwards."""
    _lock_sessions_of(keys)
    lock_order_keys(keys)


def _lock_sessions_of(orders: Collection[int]) -> None:
    list(
        Session.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=Ticket.objects.filter(order__in=orders).values("session"))
        .order_by("pk")
        .values_list("pk")
    )
