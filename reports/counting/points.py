from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, F, QuerySet, Sum, Value
from django.db.models.functions import Cast

from bonuses.models import BonusAccount, BonusTransaction
from reports.days import Days, Row

Totals = QuerySet[Any, dict[str, Any]]


def count(days: Days, as_of: datetime) -> Iterable[Row]:
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


def held(instant: datetime, *, name: str) -> tuple[Totals, Totals]:
    """Points that all customers held before the instant: two rows of `name` and `total`, to be added up.

    Counted back from the balances, so that only the transactions since are read. For `UNION ALL`.
    """
    accounts = BonusAccount.objects.order_by().annotate(name=Value(name)).values("name")
    since = BonusTransaction.objects.filter(transaction_date__gte=instant).order_by()
    return (
        accounts.annotate(total=Cast(Sum(F("balance") - F("owed")), BigIntegerField())),
        since.annotate(name=Value(name)).values("name").annotate(total=Cast(-Sum("amount"), BigIntegerField())),
    )
