"""Snacks at the bar: prepared, handed over, or expired when they are not collected."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.status import transition
from concessions.models import ConcessionPreorder
from concessions.services import holds
from orders.errors import OrderNotPaid, SnacksNotOpen
from orders.locks import keys_of, lock_order, lock_orders
from orders.models import Order, OrderLine
from orders.reasons import Reason
from orders.services.refunds.refund import refund_each_locked

Status = ConcessionPreorder.Status


def make_ready(preorder: ConcessionPreorder, *, at: datetime, actor: User | None = None) -> ConcessionPreorder:
    """Mark snacks as ready at the bar.

    Raises `OrderNotPaid`, or `SnacksNotOpen` if their status is not `PENDING`. Owns its transaction.
    """
    return _set_status(preorder, Status.READY, ready_at=at, handled_by=actor)


def collect(preorder: ConcessionPreorder, *, at: datetime, actor: User | None = None) -> ConcessionPreorder:
    """Hand snacks over to the customer.

    Raises `OrderNotPaid`, or `SnacksNotOpen` if they are neither `PENDING` nor `READY`. Owns its transaction.
    """
    return _set_status(preorder, Status.COLLECTED, collected_at=at, handled_by=actor)


def expire_uncollected(orders: Iterable[Order], *, at: datetime) -> None:
    """Expire the snacks of these orders whose collection deadline has passed by `at`.

    Snacks return to stock, except that made-to-order ones which are ready are written off. They are refunded only
    with the setting `REFUND_UNCOLLECTED_SNACKS`. A constant number of queries. Owns its transaction.
    """
    with transaction.atomic():
        expire_uncollected_locked(lock_orders(keys_of(orders)), at=at)


def expire_uncollected_locked(orders: Sequence[Order], *, at: datetime) -> None:
    """Expire the uncollected snacks of a job's batch of orders; see `expire_uncollected`.

    Must be called inside a transaction (the orders are locked and were read afterwards).
    """
    rows = list(
        ConcessionPreorder.objects.filter(
            order__in=keys_of(orders), status__in=ConcessionPreorder.OPEN, collection_deadline__lte=at
        )
        .prefetch_related("concession_item")  # few items, many preorders
        .order_by("pk")
    )
    holds.release(rows, Status.EXPIRED, at=at)
    if settings.REFUND_UNCOLLECTED_SNACKS and rows:
        wanted: dict[int, list[OrderLine]] = {}
        for row in rows:
            wanted.setdefault(row.order_id, []).append(row)
        # No tickets among them, so that no session's summary changes and no session need be locked.
        refund_each_locked(
            [order for order in orders if order.pk in wanted], wanted, reason=Reason.NOT_COLLECTED, at=at
        )


def _set_status(preorder: ConcessionPreorder, to: str, **stamps: datetime | User | None) -> ConcessionPreorder:
    with transaction.atomic():
        order = lock_order(preorder.order)
        row = ConcessionPreorder.objects.select_related("concession_item").get(pk=preorder.pk)
        if order.status not in Order.SOLD:
            raise OrderNotPaid(order)
        if to not in ConcessionPreorder.TRANSITIONS[Status(row.status)]:
            raise SnacksNotOpen(
                _("%(snacks)s. Status: %(status)s.") % {"snacks": row, "status": row.get_status_display()}
            )
        transition([row], to, **stamps)
        return row
