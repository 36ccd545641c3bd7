from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from cinema.money import ZERO
from concessions.models import StockMovement
from reports.counting.compiled import compiled_for_days
from reports.days import Days, Row


def count(days: Days, as_of: datetime) -> Iterator[Row]:
    """Stock movements by item and kind: see `StockFigures`. One query."""
    for row in _rows(days, as_of):
        yield {**row, "value": row["total"]}  # a movement has a column of this name


@compiled_for_days
def _rows(days: Days, as_of: datetime) -> QuerySet[Any, Any]:
    return (
        StockMovement.objects.filter(days.within("at"), at__lt=as_of, concession_item__cinema__in=days.cinemas)
        .order_by()
        .annotate(cinema_id=F("concession_item__cinema"), about=days.date_of("at"), item_id=F("concession_item"))
        .values("cinema_id", "about", "item_id", "kind")
        .annotate(
            units=Sum("quantity"),
            total=Sum("value", default=ZERO),
            uncosted=Coalesce(Sum("quantity", filter=Q(value__isnull=True)), 0),
        )
    )
