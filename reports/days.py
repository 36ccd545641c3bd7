"""Business days: those that are counted together, and those of an instant or a period that are not stored yet."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Protocol

from django.db.models import Case, DateField, Expression, Q, Value, When

from payments.models import Rates
from screenings.models import Cinema

Row = Mapping[str, Any]


class Day(Protocol):
    """A `BusinessDay`, or a day that is not stored yet."""

    @property
    def date(self) -> Date: ...

    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...


class Days:
    """Days that some cinemas share: those with the same instants of start and end. The days may leave gaps."""

    def __init__(self, days: Iterable[Day], *, cinemas: Collection[int]) -> None:
        self.cinemas = cinemas
        self.days: Sequence[Day] = sorted(days, key=lambda day: day.starts_at)
        self._starts = [day.starts_at for day in self.days]

    @cached_property
    def rates(self) -> Rates:
        """The VAT rates. One query, once."""
        return Rates()

    def of(self, instant: datetime) -> Date | None:
        """The date of the day that contains the instant; None between the days and outside them."""
        position = bisect_right(self._starts, instant) - 1
        if position < 0 or instant >= self.days[position].ends_at:
            return None
        return self.days[position].date

    def within(self, field: str) -> Q:
        """The condition that the instant in `field` falls on one of the days."""
        condition = Q()
        for first, end in self._runs():
            condition |= Q(**{f"{field}__gte": first, f"{field}__lt": end})
        return condition

    def date_of(self, field: str) -> Expression:
        """The business date of the instant in `field`, for rows for which `within(field)` holds."""
        cases = [When(**{f"{field}__lt": day.ends_at}, then=Value(day.date)) for day in self.days[:-1]]
        return Case(*cases, default=Value(self.days[-1].date), output_field=DateField())

    def _runs(self) -> list[tuple[datetime, datetime]]:
        """The days joined into stretches without a gap, as pairs of first and last instant (without the last)."""
        runs: list[tuple[datetime, datetime]] = []
        for day in self.days:
            if runs and runs[-1][1] == day.starts_at:
                runs[-1] = (runs[-1][0], day.ends_at)
            else:
                runs.append((day.starts_at, day.ends_at))
        return runs


@dataclass(frozen=True)
class PlannedDay:
    """A business day that is not stored yet."""

    date: Date
    starts_at: datetime
    ends_at: datetime


def planned_day(cinema: Cinema, day: Date) -> PlannedDay:
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
