from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from bonuses.services import Earned, points_earned
from bonuses.services import accrue as credit
from cinema.money import ZERO
from house_rules.scope import rules_scope
from orders.locks import keys_of, lock_orders
from orders.models import Order
from orders.services.refunds.effects import refunded_so_far
from payments.services import refunds_awaiting_lines


def accrue(orders: Iterable[Order], *, at: datetime) -> None:
    """Credit customers with the points that their completed orders earned, once per order.

    Refunded money earns nothing, and an order that earns no points is marked too. Orders that are not completed,
    have no customer or were credited before are left alone. A constant number of queries. Owns its transaction.
    """
    with transaction.atomic():
        accrue_locked(lock_orders(keys_of(orders)), at=at)


@rules_scope()
def accrue_locked(orders: Iterable[Order], *, at: datetime) -> None:
    """Credit the points of a job's batch of orders; see `accrue`.

    Must be called inside a transaction (the orders are locked and were read afterwards).
    """
    rows = [
        order
        for order in orders
        if order.bonus_accrued_at is None and order.status == Order.Status.COMPLETED and order.user_id is not None
    ]
    keys = [order.pk for order in rows]
    refunded = refunded_so_far(keys)
    outside = {
        order: sum((part.unallocated_amount for part in parts), ZERO)
        for order, parts in refunds_awaiting_lines(keys).items()
    }
    Order.objects.filter(pk__in=keys, bonus_accrued_at__isnull=True).update(bonus_accrued_at=at)
    credit(
        [
            Earned(
                user=order.user_id or 0,
                order=order.pk,
                points=points_earned(
                    order.final_amount - refunded.get(order.pk, (ZERO, ZERO))[0] - outside.get(order.pk, ZERO)
                ),
            )
            for order in rows
        ],
        at=at,
    )
