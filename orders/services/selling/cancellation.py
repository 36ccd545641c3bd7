"""Cancels unpaid orders and releases their seats, snacks, points and promo codes."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import User
from bonuses.services import return_spent
from cinema.status import transition_matching
from concessions.models import ConcessionPreorder
from concessions.services import holds
from notifications.models import MessageKind
from notifications.services import ever_notified
from orders import notifications
from orders.locks import keys_of, lock_keys, lock_order, lock_orders
from orders.models import OnlineHold, Order, Ticket
from orders.reasons import Reason, written
from orders.services.selling import promocodes
from payments.services import return_parts

CancelReason = Reason  # the public name


def cancel(orders: Order | Iterable[Order], *, reason: str, at: datetime, actor: User | None = None) -> None:
    """Cancel unpaid orders and release everything they hold; customers with an address are notified.

    Takes one order or a batch, in a constant number of queries. Raises `ForbiddenMove` if one of them is not unpaid
    now, and `ReasonNeeded` for an empty or overlong reason; then none is changed. Owns its transaction.
    """
    reason = written(reason)
    with transaction.atomic():
        cancel_locked(lock_orders(keys_of(orders)), reason=reason, at=at, actor=actor)


def cancel_by_customer(order: Order, *, at: datetime, actor: User | None = None) -> None:
    """Cancel an unpaid order at the customer's own request; sends no notification.

    Raises `ForbiddenMove` if it is not unpaid now. Owns its transaction.
    """
    with transaction.atomic():
        cancel_locked([lock_order(order)], reason=CancelReason.CUSTOMER, at=at, actor=actor, notify=False)


def cancel_locked(
    orders: Iterable[Order], *, reason: str, at: datetime, actor: User | None = None, notify: bool = True
) -> None:
    """Cancel a job's batch of unpaid orders; see `cancel`. `notify` says whether customers are notified. Guests whose
    address is not proved are not notified of an expired hold where `OnlineHold` forbids it, nor a second time.

    Must be called inside a transaction (the orders are locked and were read afterwards).
    """
    rows = list(orders)
    Order.transition(rows, Order.Status.CANCELLED, at=at, reason=reason, actor=actor, cancelled_at=at)
    keys = [order.pk for order in rows]
    transition_matching(Ticket.objects.filter(order__in=keys), Ticket.Status.AVAILABLE)
    preorders = ConcessionPreorder.objects.filter(order__in=keys, status__in=ConcessionPreorder.OPEN)
    open_keys = list(preorders.values_list("pk", flat=True))
    if open_keys:
        transition_matching(ConcessionPreorder.objects.filter(pk__in=open_keys), ConcessionPreorder.Status.CANCELLED)
    promocodes.give_back_uses(rows)
    if open_keys:
        holds.return_stock(open_keys, at=at)
    return_spent(keys, at=at)
    return_parts(keys, reason=Reason.MONEY_RETURNED, at=at)
    if notify:
        notifications.notify_cancelled(rows if reason != CancelReason.EXPIRED else _to_notify(rows), at=at)


def _to_notify(expired: list[Order]) -> list[Order]:
    """Of these expired orders, those whose customers are notified. Two queries."""
    unproved = OnlineHold.objects.filter(order__in=[order.pk for order in expired], order__user__isnull=True)
    may_write = dict(unproved.values_list("order", "may_write"))
    guests = {order.recipient for order in expired if order.pk in may_write}
    notified = ever_notified(guests, kind=MessageKind.ORDER_CANCELLED)
    result = []
    for order in expired:
        if order.pk in may_write:
            if not may_write[order.pk] or order.recipient in notified:
                continue
            notified.add(order.recipient)
        result.append(order)
    return result


def cancel_expired(keys: Collection[int], *, at: datetime) -> None:
    """Cancel those of the orders, given by their primary keys, that are still expired once they are locked.

    The others were paid or extended in the meantime. Owns its transaction.
    """
    with transaction.atomic():
        lock_keys(keys)
        # A second statement, so that what was decided while we waited for the locks is seen.
        cancel_locked(Order.objects.expired(at).filter(pk__in=keys).order_by("pk"), reason=CancelReason.EXPIRED, at=at)
