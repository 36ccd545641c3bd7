"""Book the figures of a day: what is known by its end about it and about earlier days, and not booked yet."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from cinema.money import ZERO
from concessions.models import StockMovement
from reports import definitions
from reports.days import Days
from reports.models import (
    FIGURES,
    BarFigures,
    BusinessDay,
    Figures,
    MoneyFigures,
    StockFigures,
    Tender,
    TicketFigures,
)
from reports.reading import difference

BATCH = 1000


def book(day: BusinessDay, days: Days, *, as_of: datetime) -> int:
    """Write, as rows of `day`, the difference between the figures of `days` as of `as_of` and those booked so far.

    Sets, and does not save, the day's balances of advances and stock. Returns the number of rows. A constant number of
    queries for each table. Must be called inside a transaction (the day is locked).
    """
    rows = sum(_book(table, day, days, as_of=as_of) for table in FIGURES)
    advances, stock = _balances_before(day)
    day.advances = advances + _advances_of(day)
    day.stock_value = stock + _total(StockFigures.objects.filter(day=day))["value"]
    return rows


def _balances_before(day: BusinessDay) -> tuple[Decimal, Decimal]:
    """Advances and the value of the stock at the end of the day before; on the first day, of what was there already."""
    before = BusinessDay.objects.filter(cinema=day.cinema_id, starts_at__lt=day.starts_at).order_by("-starts_at")
    return before.values_list("advances", "stock_value").first() or (
        ZERO,
        StockMovement.objects.filter(concession_item__cinema=day.cinema_id, at__lt=day.starts_at).aggregate(
            value=Sum("value", default=ZERO)
        )["value"],
    )


def _advances_of(day: BusinessDay) -> Decimal:
    """What the day adds to the balance: money received less refunds, less what screenings and the bar kept of it."""
    money = _total(MoneyFigures.objects.filter(day=day).exclude(tender=Tender.POINTS))
    earned = ZERO
    for table in (TicketFigures, BarFigures):
        earned += definitions.EARNED.of(_total(table._default_manager.filter(day=day))) or ZERO
    kept: Decimal = money["received"] - money["refunded"] - earned
    return kept


def _total(rows: QuerySet[Any]) -> dict[str, Any]:
    measures: tuple[str, ...] = rows.model.MEASURES
    return rows.aggregate(**{measure: Sum(measure, default=0) for measure in measures})


def _book(table: type[Figures], day: BusinessDay, days: Days, *, as_of: datetime) -> int:
    differences = {key: row for key, row in difference(table, days, as_of=as_of).items() if any(row)}
    columns = ("cinema_id", "about", *table.KEY)
    table._default_manager.bulk_create(
        [
            table(
                day=day,
                **dict(zip(columns, key, strict=True)),
                **dict(zip(table.MEASURES, row, strict=True)),
            )
            for key, row in differences.items()
        ],
        batch_size=BATCH,
    )
    return len(differences)
