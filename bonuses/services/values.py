"""What points are worth: in money, as a share of an order, and earned by what was paid.

Points are whole numbers; every conversion rounds down. `BONUS_POINT_VALUE` counts at the moment of sale and of earning:
what was spent keeps the worth that it had.
"""

from collections.abc import Collection, Mapping
from decimal import Decimal

from django.conf import settings
from django.db.models import Sum

from bonuses.models import BonusTransaction
from cinema.money import ZERO

Type = BonusTransaction.Type


def money_for(points: int) -> Decimal:
    """The money that the points pay today. Reads only."""
    return points * settings.BONUS_POINT_VALUE


def most_points(price: Decimal) -> int:
    """How many points may pay for this price: `BONUS_MAX_SHARE` of it. Reads only."""
    return int(price * settings.BONUS_MAX_SHARE / settings.BONUS_POINT_VALUE)


def points_earned(paid: Decimal) -> int:
    """How many points are earned by money that was paid and not refunded: `BONUS_RATE` of it. Reads only."""
    return int(max(paid, ZERO) * settings.BONUS_RATE / settings.BONUS_POINT_VALUE)


def points_of(share: Decimal, *, spent: int, bonus_amount: Decimal) -> int:
    """How many of the `spent` points paid this share of an order's `bonus_amount`, at the value they had then. Reads
    only.
    """
    return int(share * spent / bonus_amount) if share else 0


def points_spent(order: int) -> int:
    """How many points the latest sale of the order took, 0 without any. One query. Reads only."""
    amounts = BonusTransaction.objects.filter(order=order, transaction_type=Type.DEDUCTION).order_by("-pk")
    return -(amounts.values_list("amount", flat=True).first() or 0)


def points_held(order: int) -> int:
    """How many of its customer's points an unpaid order holds. One query. Reads only."""
    return -BonusTransaction.objects.filter(order=order).aggregate(held=Sum("amount", default=0))["held"]


Originals = Mapping[int, tuple[BonusTransaction, int]]


def spent_and_earned(orders: Collection[int]) -> tuple[Originals, Originals]:
    """The deduction and the accrual of each order, by its key, with how many points of it were reversed so far.

    An order that was cancelled and revived has two deductions: the latest one counts, the first came back in full. One
    query. Reads only.
    """
    spent: dict[int, tuple[BonusTransaction, int]] = {}
    earned: dict[int, tuple[BonusTransaction, int]] = {}
    entries = (
        BonusTransaction.objects.filter(order__in=orders, transaction_type__in=[Type.DEDUCTION, Type.ACCRUAL])
        .annotate(reversed_so_far=Sum("reversals__amount", default=0))
        .order_by("pk")
    )
    for entry in entries:
        target = spent if entry.transaction_type == Type.DEDUCTION else earned
        target[entry.order_id or 0] = (entry, abs(entry.reversed_so_far))
    return spent, earned
