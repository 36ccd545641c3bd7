from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from bonuses.services import Earned
from bonuses.services import accrue as credit
from cinema.money import ZERO
from orders.locks import keys_of, lock_orders
from orders.models import Order
from orders.services.refunds.effects import points_earned, refunded_so_far
from payments.models import Refund


def accrue(orders: Iterable[Order], *, at: datetime) -> None:
    """Credit customers with the points that their completed orders earned, once an order; an order worth no points is
    marked as well. What was refunded earns nothing. A constant number of queries."""
    with transaction.atomic():
        rows = [
            order
            for order in lock_orders(keys_of(orders))
            if order.bonus_accrued_at is None and order.status == Order.Status.COMPLETED and order.user_id is not None
        ]
        keys = [order.pk for order in rows]
        refunded = refunded_so_far(keys)
        outside = dict(
            Refund.objects.filter(order__in=keys, unallocated_amount__gt=0)
            .order_by()
            .values_list("order")
            .annotate(amount=Sum("unallocated_amount"))
        )
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
