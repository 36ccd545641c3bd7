"""Book the figures of a day: what is known by its end about it and about earlier days, and not booked yet."""

from datetime import datetime

from reports.days import Days
from reports.models import FIGURES, BusinessDay, Figures
from reports.reading import difference

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
