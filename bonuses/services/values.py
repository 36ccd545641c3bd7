"""Converts between points and money.

Points are integers; every conversion to points rounds down. `BONUS_POINT_VALUE` applies at the moment of sale or of
earning; points that were already spent keep the value they had then.
"""

from collections.abc import Collection, Mapping
from decimal import Decimal

from django.conf import settings
from django.db.models import Sum

from bonuses.models import BonusAccount, BonusTransaction
from cinema.money import ZERO
from house_rules.rules import rules

Type = BonusTransaction.Type


def money_for(points: int) -> Decimal:
    """What the points are worth today. Reads only."""
    return points * settings.BONUS_POINT_VALUE


def most_points(price: Decimal) -> int:
    """How many points may pay for this price: `BONUS_MAX_SHARE` of it. Reads only."""
    return int(price * settings.BONUS_MAX_SHARE / settings.BONUS_POINT_VALUE)


def points_earned(paid: Decimal) -> int:
    """How many points this payment, less refunds, earns at the rate of the house rules. Reads only."""
    return int(max(paid, ZERO) * rules().bonus_rate / settings.BONUS_POINT_VALUE)


def with_extra(points: int, extra_percent: int) -> int:
    """Earned points with what a customer's level adds. Reads only."""
    return points * (100 + extra_percent) // 100


def points_to_earn(paid: Decimal, *, user: int) -> int:
    """How many points this payment earns the customer (primary key) at the level of now. One query. Reads only."""
    account = BonusAccount.objects.filter(user=user, tier__isnull=False)
    return with_extra(points_earned(paid), account.values_list("tier__extra_percent", flat=True).first() or 0)


def points_of(share: Decimal, *, spent: int, bonus_amount: Decimal) -> int:
    """How many of the `spent` points belong to this share of an order's `bonus_amount`. Reads only."""
    return int(share * spent / bonus_amount) if share else 0


def points_spent(order: int) -> int:
    """How many points the order spent in its latest sale (0 if none). One query. Reads only."""
    amounts = BonusTransaction.objects.filter(order=order, transaction_type=Type.DEDUCTION).order_by("-pk")
    return -(amounts.values_list("amount", flat=True).first() or 0)


def points_held(order: int) -> int:
    """How many points an unpaid order holds. One query. Reads only."""
    return -BonusTransaction.objects.filter(order=order).aggregate(held=Sum("amount", default=0))["held"]


Originals = Mapping[int, tuple[BonusTransaction, int]]


def spent_and_earned(orders: Collection[int]) -> tuple[Originals, Originals]:
    """The deduction and the accrual of each order (by primary key), each with the points reversed so far.

    An order that was cancelled and paid later has two deductions: the latest counts, the first was returned in full.
    One query. Reads only.
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
