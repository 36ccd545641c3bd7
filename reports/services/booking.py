"""Book the figures of a day: what is known by its end about it and about earlier days, and not booked yet."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from cinema.money import ZERO
from reports import definitions
from reports.days import Days
from reports.models import FIGURES, BarFigures, BusinessDay, Figures, MoneyFigures, Tender, TicketFigures
from reports.reading import booked_sums, difference

BATCH = 1000


def book(days: Iterable[BusinessDay], counted: Days, *, as_of: datetime) -> int:
    """Write, as rows of `days`, the difference between the figures of `counted` as of `as_of` and those booked so far.

    `days` are one of each of the cinemas. Returns the number of rows. A constant number of queries for each table. Must
    be called inside a transaction (the days are locked).
    """
    day_of = {day.cinema_id: day for day in days}
    return sum(_book(table, day_of, counted, as_of=as_of) for table in FIGURES)


def set_advances(cinema: int, days: Sequence[BusinessDay]) -> None:
    """Set, and do not save, the balance of advances at the end of each of these days, which follow each other.

    Four queries. Must be called inside a transaction (the days are locked).
    """
    before = BusinessDay.objects.filter(cinema=cinema, starts_at__lt=days[0].starts_at).order_by("-starts_at")
    balance = before.values_list("advances", flat=True).first() or ZERO
    kept = _kept_by_day([day.pk for day in days])
    for day in days:
        balance += kept[day.pk]
        day.advances = balance


def _kept_by_day(days: Sequence[int]) -> defaultdict[int, Decimal]:
    """What each day adds to the balance: money received less refunds, less what screenings and the bar kept of it."""
    kept: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    money = booked_sums(MoneyFigures, MoneyFigures.objects.filter(day__in=days).exclude(tender=Tender.POINTS), ["day"])
    for row in money:
        kept[row["day"]] += row["received"] - row["refunded"]
    for table in (TicketFigures, BarFigures):
        for row in booked_sums(table, table._default_manager.filter(day__in=days), ["day"]):
            kept[row["day"]] -= definitions.EARNED.of(row) or ZERO
    return kept


def _book(table: type[Figures], day_of: Mapping[int, BusinessDay], counted: Days, *, as_of: datetime) -> int:
    differences = {key: row for key, row in difference(table, counted, as_of=as_of).items() if any(row)}
    columns = ("cinema_id", "about", *table.KEY)
    table._default_manager.bulk_create(
        [
            table(
                day=day_of[key[0]],
                **dict(zip(columns, key, strict=True)),
                **dict(zip(table.MEASURES, row, strict=True)),
            )
            for key, row in differences.items()
        ],
        batch_size=BATCH,
    )
    return len(differences)
