from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Coalesce

from bonuses.models import BonusAccount, BonusTransaction
from reports.counting.compiled import compiled_for_days
from reports.days import Days, Row

CHUNK = 2_000  # rows in memory at a time
ALL, CHANGED, MOVED = "accounts", "account", "moved"


@compiled_for_days
def count(days: Days, as_of: datetime) -> QuerySet[Any, Any]:
    """Points by type: see `PointsFigures`. One query."""
    return (
        BonusTransaction.objects.filter(days.within("transaction_date", "order__cinema"), transaction_date__lt=as_of)
        .order_by()
        .annotate(
            cinema_id=F("order__cinema"),
            about=days.date_of("transaction_date", "order__cinema"),
            kind=F("transaction_type"),
        )
        .values("cinema_id", "about", "kind")
        .annotate(points=Sum("amount"))
    )


class Points(NamedTuple):
    """What all customers of the chain hold, and what they owe, in points."""

    held: int
    owed: int


def held_at(instant: datetime) -> Points:
    """The points of all customers at an instant, counted back from the accounts as they are now. One query."""
    now, changed = accounts_at(instant)
    return held_in(now.union(changed, all=True).iterator(chunk_size=CHUNK))


def accounts_at(instant: datetime) -> Sequence[QuerySet[Any, Any]]:
    """All accounts as they are now, added up, and each that changed since the instant, for `UNION ALL`. `total` is the
    balance now, and `since` what it changed by.
    """
    now = (
        BonusAccount.objects.order_by()
        .annotate(name=Value(ALL))
        .values("name")
        .annotate(total=_big(Sum("balance", default=0)), owes=_big(Sum("owed", default=0)), since=_big(Value(0)))
    )
    changed = (
        BonusTransaction.objects.filter(transaction_date__gte=instant)
        .order_by()
        .annotate(name=Value(CHANGED), total=_big(F("bonus_account__balance")), owes=_big(F("bonus_account__owed")))
        .values("name", "total", "owes", "bonus_account")
        .annotate(since=_big(Sum("amount")))
        .values("name", "total", "owes", "since")
    )
    return now, changed


def held_in(rows: Iterable[Row]) -> Points:
    """The points in the rows of `accounts_at`; others are passed over."""
    held = owed = 0
    for row in rows:
        if row["name"] == ALL:
            held, owed = held + row["total"], owed + row["owes"]
        elif row["name"] == CHANGED:
            then = row["total"] - row["owes"] - row["since"]
            held += max(then, 0) - row["total"]
            owed += max(-then, 0) - row["owes"]
    return Points(held, owed)


def moved_between(start: datetime, end: datetime) -> QuerySet[Any, Any]:
    """Each account that changed since `start`, for `UNION ALL`: `total` is what it held at `end`, less what it owed,
    and `since` what it had changed by since `start`.
    """
    later, then = (Q(transaction_date__gte=end), Q(transaction_date__lt=end))
    net = F("bonus_account__balance") - F("bonus_account__owed")
    return (
        BonusTransaction.objects.filter(transaction_date__gte=start)
        .order_by()
        .annotate(name=Value(MOVED), net=_big(net))
        .values("name", "net", "bonus_account")
        .annotate(
            total=_big(F("net") - Coalesce(Sum("amount", filter=later), 0)),
            owes=_big(Value(0)),
            since=_big(Coalesce(Sum("amount", filter=then), 0)),
        )
        .values("name", "total", "owes", "since")
    )


def held_after(before: Points, rows: Iterable[Row]) -> Points:
    """What is held at the end of `moved_between`, from what was held at its start; other rows are passed over."""
    held, owed = before
    for row in rows:
        if row["name"] == MOVED:
            earlier = row["total"] - row["since"]
            held += max(row["total"], 0) - max(earlier, 0)
            owed += max(-row["total"], 0) - max(-earlier, 0)
    return Points(held, owed)


def _big(number: Any) -> Cast:
    return Cast(number, BigIntegerField())
