"""Open the business days of cinemas, and find those of some instants."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Min

from concessions.models import StockMovement
from orders.models import Order
from reports.models import BusinessDay
from reports.services.counting.days import Day, Days
from screenings.models import Cinema


@dataclass(frozen=True)
class PlannedDay:
    """A business day that is not stored yet."""

    date: date
    starts_at: datetime
    ends_at: datetime


def open_days(cinemas: Iterable[Cinema], *, at: datetime) -> int:
    """Store the business days of the cinemas up to the one that contains `at`. Returns how many were added.

    The first day of a cinema is that of its first order or stock movement. Each day begins where the one before it
    ended. Three queries for each cinema. Must be called inside a transaction (the cinemas are locked).
    """
    added: list[BusinessDay] = []
    for cinema in cinemas:
        last: Day | None = BusinessDay.objects.filter(cinema=cinema).order_by("-starts_at").first()
        if last is None:
            first = _first_fact(cinema)
            if first is None or first > at:
                continue
            last = planned_day(cinema, cinema.business_date(first))
            added.append(_stored(cinema, last))
        added += [_stored(cinema, day) for day in days_after(last, cinema, until=at)]
    BusinessDay.objects.bulk_create(added, batch_size=1000)
    return len(added)


def planned_day(cinema: Cinema, day: date) -> PlannedDay:
    return PlannedDay(day, *cinema.day_bounds(day))


def days_after(last: Day, cinema: Cinema, *, until: datetime) -> Iterable[PlannedDay]:
    """The days that follow `last`, up to the one that contains `until`. Each begins where the one before it ended."""
    day, start = last.date, last.ends_at
    while start <= until:
        day += timedelta(days=1)
        end = cinema.day_bounds(day)[1]
        if end > start:  # not so only after the cinema's time zone was moved by a whole day
            yield PlannedDay(day, start, end)
            start = end


def days_of(cinema: Cinema, instants: Collection[datetime]) -> Days:
    """The business days of these instants, at least one: as stored, else by the cinema's clock. One query."""
    stored = BusinessDay.objects.filter(cinema=cinema, ends_at__gt=min(instants), starts_at__lte=max(instants))
    days = Days(stored, cinemas=[cinema.pk])
    dates = {cinema.business_date(instant) for instant in instants if days.of(instant) is None}
    return Days([*days.days, *(planned_day(cinema, each) for each in dates)], cinemas=[cinema.pk])


def _stored(cinema: Cinema, day: PlannedDay) -> BusinessDay:
    return BusinessDay(cinema=cinema, date=day.date, starts_at=day.starts_at, ends_at=day.ends_at)


def _first_fact(cinema: Cinema) -> datetime | None:
    """When the cinema first sold or moved anything. Stock that it opened with is no movement of any day."""
    moved = StockMovement.objects.filter(concession_item__cinema=cinema).exclude(kind=StockMovement.Kind.OPENING)
    firsts = [
        Order.objects.filter(cinema=cinema).aggregate(first=Min("created_at"))["first"],
        moved.aggregate(first=Min("at"))["first"],
    ]
    return min((first for first in firsts if first is not None), default=None)
