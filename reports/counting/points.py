from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Sum

from bonuses.models import BonusTransaction
from reports.days import Days, Row


def count(days: Days, as_of: datetime) -> Iterable[Row]:
    """Points by type: see `PointsFigures`. One query."""
    return (
        BonusTransaction.objects.filter(
            days.within("transaction_date"), transaction_date__lt=as_of, order__cinema__in=days.cinemas
        )
        .order_by()
        .annotate(cinema_id=F("order__cinema"), about=days.date_of("transaction_date"), kind=F("transaction_type"))
        .values("cinema_id", "about", "kind")
        .annotate(points=Sum("amount"))
    )
