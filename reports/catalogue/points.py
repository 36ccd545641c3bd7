"""Points: issued, spent and expired by month, what customers hold, and what of it will expire when."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Sum
from django.db.models.functions import TruncDate, TruncMonth
from django.utils.translation import gettext as _

from bonuses.models import BonusAccount, BonusTransaction
from house_rules.rules import rules
from reports import definitions
from reports.catalogue.takings import column_of
from reports.reading import Period
from reports.tables import Column, Kind, Table

Type = BonusTransaction.Type
A_YEAR = timedelta(days=365)
#: In which column the points of each type of transaction are shown.
COLUMNS = {
    Type.ACCRUAL: "issued",
    Type.DEDUCTION: "spent",
    Type.REVERSAL: "reversed",
    Type.EXPIRATION: "lapsed",
    Type.ADJUSTMENT: "adjusted",
}


def points(period: Period) -> list[Table]:
    """Points of the whole chain, by calendar date of the server's time zone. Five queries, and one for the rules."""
    return [_by_month(period), _held(period), _expiring()]


def _by_month(period: Period) -> Table:
    moved = (
        BonusTransaction.objects.annotate(day=TruncDate("transaction_date"))
        .filter(day__gte=period.first, day__lte=period.last)
        .annotate(month=TruncMonth("day"))
        .order_by()
        .values("month", "transaction_type")
        .annotate(points=Sum("amount"))
    )
    rows: defaultdict[date, dict[str, Any]] = defaultdict(lambda: dict.fromkeys(COLUMNS.values(), 0))
    for row in moved:
        rows[row["month"]][COLUMNS[Type(row["transaction_type"])]] += row["points"]
    return Table(
        title=_("Points by month"),
        columns=[
            Column("month", _("Month from"), Kind.DATE),
            *(column_of(each, summed=True) for each in definitions.POINTS),
        ],
        rows=[{"month": month, **row} for month, row in sorted(rows.items())],
    )


def _held(period: Period) -> Table:
    """What the chain owes its customers in points, and how much of it is likely to be spent."""
    accounts = BonusAccount.objects.filter(balance__gt=0).aggregate(
        points=Sum("balance", default=0), accounts=Count("pk")
    )
    year = BonusTransaction.objects.filter(transaction_date__gt=period.at - A_YEAR, transaction_date__lte=period.at)
    issued = year.filter(transaction_type=Type.ACCRUAL).aggregate(points=Sum("amount", default=0))["points"]
    lapsed = -year.filter(transaction_type=Type.EXPIRATION).aggregate(points=Sum("amount", default=0))["points"]
    row = {**accounts, "point_value": settings.BONUS_POINT_VALUE, "issued_in_year": issued, "lapsed_in_year": lapsed}
    return Table(
        title=_("Points held by customers"),
        columns=[column_of(each) for each in definitions.POINTS_HELD],
        rows=[{each.key: each.of(row) for each in definitions.POINTS_HELD}],
    )


def _expiring() -> Table:
    """Points by the month in which they will expire unless their owner earns some before."""
    validity = rules().bonus_validity
    months: defaultdict[date, list[int]] = defaultdict(lambda: [0, 0])
    credited = (
        BonusAccount.objects.filter(balance__gt=0, last_accrual_date__isnull=False)
        .annotate(day=TruncDate("last_accrual_date"))
        .order_by()
        .values("day")
        .annotate(points=Sum("balance"), accounts=Count("pk"))
    )
    for row in credited:
        month = (row["day"] + validity).replace(day=1)
        months[month][0] += row["points"]
        months[month][1] += row["accounts"]
    value = settings.BONUS_POINT_VALUE
    return Table(
        title=_("Points that will expire"),
        columns=[
            Column("month", _("Month from"), Kind.DATE),
            Column("points", _("Points"), Kind.INTEGER, is_summed=True),
            Column("accounts", _("Customers"), Kind.INTEGER, is_summed=True),
            Column("value", _("Value"), Kind.MONEY, is_summed=True),
        ],
        rows=[
            {"month": month, "points": points, "accounts": accounts, "value": Decimal(points) * value}
            for month, (points, accounts) in sorted(months.items())
        ],
    )
