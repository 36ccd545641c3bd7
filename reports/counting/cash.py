from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Sum

from payments.models import CashMovement
from reports.days import Days, Row

COUNT = CashMovement.Kind.COUNT


def count(days: Days, as_of: datetime) -> Iterable[Row]:
    """Movements of cash by place and kind: see `CashFigures`. One query."""
    movements = CashMovement.objects.filter(at__lt=as_of).order_by()
    moved = movements.filter(days.within("at", "place__cinema")).exclude(kind=COUNT)
    counted = movements.filter(days.within("shift__opened_at", "place__cinema"), kind=COUNT)
    by_place, found = (
        rows.annotate(cinema_id=F("place__cinema"), about=days.date_of(instant, "place__cinema"))
        .values("cinema_id", "about", "place_id", "kind")
        .annotate(total=Sum("amount"))
        for rows, instant in ((moved, "at"), (counted, "shift__opened_at"))
    )
    for row in by_place.union(found, all=True):
        yield {**row, "amount": row["total"]}  # a movement has a column of this name
