"""Book the figures of a day: what is known by its end about it and about earlier days, and not booked yet."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from reports.models import FIGURES, BusinessDay, Figures
from reports.services.counting import COUNTS
from reports.services.counting.days import Days

Number = Decimal | int
BATCH = 1000


def book(day: BusinessDay, days: Days, *, as_of: datetime) -> int:
    """Write, as rows of `day`, the difference between the figures of `days` as of `as_of` and those booked so far.

    Returns the number of rows. A constant number of queries for each table. Must be called inside a transaction (the
    day is locked).
    """
    return sum(_book(table, day, days, as_of=as_of) for table in FIGURES)


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


def difference(table: type[Figures], days: Days, *, as_of: datetime) -> dict[tuple[Any, ...], list[Number]]:
    """For each key: the figures counted now less those booked, measure by measure."""
    columns = ("cinema_id", "about", *table.KEY)
    sums: defaultdict[tuple[Any, ...], list[Number]] = defaultdict(lambda: [0] * len(table.MEASURES))
    for row in COUNTS[table](days, as_of):
        total = sums[tuple(row[column] for column in columns)]
        for position, measure in enumerate(table.MEASURES):
            total[position] += row.get(measure) or 0
    booked = (
        table._default_manager.filter(cinema__in=days.cinemas, about__in=[day.date for day in days.days])
        .order_by()
        .values_list(*columns)
        .annotate(*(Sum(measure) for measure in table.MEASURES))
    )
    for row in booked.iterator():
        total = sums[row[: len(columns)]]
        for position, amount in enumerate(row[len(columns) :]):
            total[position] -= amount
    return sums
