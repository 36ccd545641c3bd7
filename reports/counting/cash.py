from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from payments.models import CashMovement
from reports.counting.compiled import compiled_for_days
from reports.days import Days, Row
from reports.models import BusinessDay

COUNT = CashMovement.Kind.COUNT


def count(days: Days, as_of: datetime) -> Iterable[Row]:
    """Movements of cash by place and kind: see `CashFigures`. One query.

    The count of a shift that was opened before the first business day of its cinema is about the day of the count.
    """
    for row in _rows(days, as_of):
        yield {**row, "amount": row["total"]}  # a movement has a column of this name


@compiled_for_days
def _rows(days: Days, as_of: datetime) -> QuerySet[Any, Any]:
    movements = CashMovement.objects.filter(at__lt=as_of).order_by()
    has_day = BusinessDay.objects.filter(cinema=OuterRef("place__cinema"), starts_at__lte=OuterRef("shift__opened_at"))
    of_shift = Q(kind=COUNT) & Exists(has_day)
    moved = movements.filter(~of_shift, days.within("at", "place__cinema"))
    counted = movements.filter(of_shift, days.within("shift__opened_at", "place__cinema"))
    by_place, found = (
        rows.annotate(cinema_id=F("place__cinema"), about=days.date_of(instant, "place__cinema"))
        .values("cinema_id", "about", "place_id", "kind")
        .annotate(total=Sum("amount"))
        for rows, instant in ((moved, "at"), (counted, "shift__opened_at"))
    )
    return by_place.union(found, all=True)
