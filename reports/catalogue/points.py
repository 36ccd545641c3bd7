"""Points: issued, spent and expired by month, what customers hold, and what of it will expire when."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from bonuses.models import BonusAccount, BonusTransaction
from house_rules.rules import rules
from reports import definitions
from reports.catalogue.takings import added, column_of
from reports.models import PointsFigures
from reports.reading import Period, sums
from reports.tables import Column, Kind, Table
from screenings.models import Cinema

Type = BonusTransaction.Type
DAY, A_YEAR = timedelta(days=1), timedelta(days=365)
#: In which column the points of each type of transaction are shown.
COLUMNS = {
    Type.ACCRUAL: "issued",
    Type.DEDUCTION: "spent",
    Type.REVERSAL: "reversed",
    Type.EXPIRATION: "lapsed",
    Type.ADJUSTMENT: "adjusted",
}


def points(period: Period) -> list[Table]:
    """Points of the whole chain: those of orders by business day, others by calendar date of the server's time zone.

    At most six queries, and one for the rules.
    """
    today = timezone.localdate(period.at)
    year = today - A_YEAR + DAY
    moved = _moved(min(period.first, year), max(period.last, today), period.at)
    accounts = _by_last_credit()
    return [
        _by_month(row for row in moved if row["day"] in period),
        _held(accounts, [row for row in moved if year <= row["day"] <= today]),
        _expiring(accounts),
    ]


def _moved(first: date, last: date, at: datetime) -> Sequence[Mapping[str, Any]]:
    """Points by day and type of transaction. Five queries."""
    of_orders = sums(PointsFigures, Period(list(Cinema.objects.order_by()), first, last, at), by=["about", "kind"])
    begin = datetime.combine(first, time(), timezone.get_default_timezone())
    others = (
        BonusTransaction.objects.filter(order__isnull=True, transaction_date__gte=begin, transaction_date__lte=at)
        .annotate(day=TruncDate("transaction_date", tzinfo=timezone.get_default_timezone()), kind=F("transaction_type"))
        .order_by()
        .values("day", "kind")
        .annotate(points=Sum("amount"))
    )
    return [*({**row, "day": row["about"]} for row in of_orders), *(row for row in others if row["day"] <= last)]


def _by_last_credit() -> Sequence[Mapping[str, Any]]:
    """Balances by the day on which points were last credited; no day if there was none. One query."""
    accounts = BonusAccount.objects.filter(balance__gt=0).annotate(day=TruncDate("last_accrual_date")).order_by()
    return list(accounts.values("day").annotate(points=Sum("balance"), accounts=Count("pk")))


def _by_month(moved: Iterable[Mapping[str, Any]]) -> Table:
    rows: defaultdict[date, dict[str, Any]] = defaultdict(lambda: dict.fromkeys(COLUMNS.values(), 0))
    for row in moved:
        rows[row["day"].replace(day=1)][COLUMNS[Type(row["kind"])]] += row["points"]
    return Table(
        title=_("Points by month"),
        columns=[
            Column("month", _("Month from"), Kind.DATE),
            *(column_of(each, summed=True) for each in definitions.POINTS),
        ],
        rows=[{"month": month, **row} for month, row in sorted(rows.items())],
    )


def _held(accounts: Iterable[Mapping[str, Any]], of_year: Iterable[Mapping[str, Any]]) -> Table:
    """What the chain owes its customers in points, and how much of it is likely to be spent."""
    by_kind: Counter[str] = Counter()
    for moved in of_year:
        by_kind[moved["kind"]] += moved["points"]
    row = {
        **added(("points", "accounts"), accounts),
        "point_value": settings.BONUS_POINT_VALUE,
        "issued_in_year": by_kind[Type.ACCRUAL],
        "lapsed_in_year": -by_kind[Type.EXPIRATION],
    }
    return Table(
        title=_("Points held by customers"),
        columns=[column_of(each) for each in definitions.POINTS_HELD],
        rows=[{each.key: each.of(row) for each in definitions.POINTS_HELD}],
    )


def last_earned(month: date) -> tuple[date, date]:
    """The first and the last day on which points were last credited that expire in the month that begins on `month`."""
    validity = rules().bonus_validity
    following = (month + timedelta(days=31)).replace(day=1)
    return month - validity, following - DAY - validity


def _expiring(accounts: Iterable[Mapping[str, Any]]) -> Table:
    """Points by the month in which they will expire unless their owner earns some before."""
    validity = rules().bonus_validity
    months: defaultdict[date, list[int]] = defaultdict(lambda: [0, 0])
    for row in accounts:
        if row["day"] is None:
            continue
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
