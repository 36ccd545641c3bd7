from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any

from django.conf import settings
from django.db.models import BigIntegerField, Case, Count, ExpressionWrapper, F, QuerySet, Sum, Value, When
from django.db.models.functions import TruncDate

from cinema.money import MoneyField
from payments.models import ReceiptLine
from reports.counting.compiled import compiled_for_days
from reports.counting.vat import RATES, included
from reports.days import Days, Row


def count(days: Days, as_of: datetime) -> Iterator[Row]:
    """Lines of receipts by rate: see `ReceiptFigures`. One query."""
    for row in _rows(days, as_of, settings.RECEIPT_ZONE):
        yield {**row, "vat": row["tax"]}  # the line has a column `vat`, its rate


@compiled_for_days
def _rows(days: Days, as_of: datetime, zone: tzinfo) -> QuerySet[Any, Any]:
    amount = ExpressionWrapper(F("price") * F("quantity"), output_field=MoneyField())
    percent = Case(
        *(When(vat__in=rates, then=Value(each)) for each, rates in RATES.items() if each),
        default=Value(0),
        output_field=BigIntegerField(),
    )
    return (
        ReceiptLine.objects.filter(
            days.within("receipt__created_at", "receipt__cinema"),
            receipt__created_at__lt=as_of,
        )
        .order_by()
        .annotate(
            cinema_id=F("receipt__cinema"),
            about=days.date_of("receipt__created_at", "receipt__cinema"),
            date=TruncDate("receipt__created_at", tzinfo=zone),
            kind=F("receipt__kind"),
            vat_rate=F("vat"),
        )
        .values("cinema_id", "about", "date", "kind", "subject", "vat_rate")
        .annotate(lines=Count("pk"), amount=Sum(amount), tax=Sum(included(amount, percent)))
    )
