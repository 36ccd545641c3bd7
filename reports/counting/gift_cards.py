from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet, Sum

from payments.models import GiftCardMovement
from reports.counting.compiled import compiled_for_days
from reports.days import Days, Row


def count(days: Days, as_of: datetime) -> Iterable[Row]:
    """Movements of gift cards by kind, of the cinema that sold the card: see `GiftCardFigures`. One query."""
    for row in _rows(days, as_of):
        yield {**row, "amount": row["total"]}  # a movement has a column of this name


@compiled_for_days
def _rows(days: Days, as_of: datetime) -> QuerySet[Any, Any]:
    moved = GiftCardMovement.objects.filter(days.within("at", "card__cinema"), at__lt=as_of).order_by()
    rows = moved.annotate(cinema_id=F("card__cinema"), about=days.date_of("at", "card__cinema"))
    return rows.values("cinema_id", "about", "kind").annotate(total=Sum("amount"))
