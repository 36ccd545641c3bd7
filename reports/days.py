"""Business days: those that are counted together, and those of an instant or a period that are not stored yet."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Case, DateField, Expression, F, Func, Q, When
from django.db.models.sql.compiler import SQLCompiler
from django.utils.functional import cached_property

from payments.models import Rates
from screenings.models import Cinema, Session

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
    """Days that some cinemas share: those with the same instants of start and end. The days may leave gaps.

    Where `cinema` is given, the path from the rows to their cinema, the same works for `JoinedDays`.
    """

    def __init__(self, days: Iterable[Day], *, cinemas: Collection[int]) -> None:
        self.cinemas = cinemas
        self.days: Sequence[Day] = sorted(days, key=lambda day: day.starts_at)
        self._starts = [day.starts_at for day in self.days]
        self.groups: Sequence[Days] = (self,)

    @cached_property
    def rates(self) -> Rates:
        """The VAT rates. One query, once."""
        return Rates()

    @cached_property
    def screenings(self) -> Collection[Row]:
        """The screenings that start on these days. One query, once; who has read them already may set it."""
        sessions = Session.objects.filter(self.within("start_datetime", "hall__cinema")).order_by()
        return sessions.values("pk", "start_datetime", "film_id", "hall_id", cinema_id=F("hall__cinema"))

    def of(self, instant: datetime, cinema: int = 0) -> Date | None:
        """The date of the day that contains the instant; None between the days and outside them."""
        position = bisect_right(self._starts, instant) - 1
        if position < 0 or instant >= self.days[position].ends_at:
            return None
        return self.days[position].date

    def within(self, field: str, cinema: str = "") -> Q:
        """The condition that the instant in `field` falls on one of the days, and with `cinema` that it is theirs."""
        condition = Q()
        for first, end in self._runs():
            condition |= Q(**{f"{field}__gte": first, f"{field}__lt": end})
        return condition & Q(**{f"{cinema}__in": self.cinemas}) if cinema else condition

    def date_of(self, field: str, cinema: str = "") -> Expression:
        """The business date of the instant in `field`, for rows for which `within` holds."""
        return _DateOf(F(field), tuple((day.ends_at, day.date) for day in self.days))

    def _runs(self) -> list[tuple[datetime, datetime]]:
        """The days joined into stretches without a gap, as pairs of first and last instant (without the last)."""
        runs: list[tuple[datetime, datetime]] = []
        for day in self.days:
            if runs and runs[-1][1] == day.starts_at:
                runs[-1] = (runs[-1][0], day.ends_at)
            else:
                runs.append((day.starts_at, day.ends_at))
        return runs


class JoinedDays(Days):
    """The days of several groups of cinemas, each of which shares its days: cinemas of several time zones, for example.

    What is counted for one group in one query is counted for all of them in one query. Its methods need `cinema`.
    """

    def __init__(self, groups: Sequence[Days]) -> None:
        super().__init__(
            (day for group in groups for day in group.days),
            cinemas=[cinema for group in groups for cinema in group.cinemas],
        )
        self.groups = groups
        self._group_of = {cinema: group for group in groups for cinema in group.cinemas}

    def of(self, instant: datetime, cinema: int = 0) -> Date | None:
        return self._group_of[cinema].of(instant)

    def within(self, field: str, cinema: str = "") -> Q:
        condition = Q()
        for group in self.groups:
            condition |= group.within(field, cinema)
        return condition

    def date_of(self, field: str, cinema: str = "") -> Expression:
        cases = [
            When(**{f"{cinema}__in": group.cinemas}, then=group.date_of(field, cinema)) for group in self.groups[:-1]
        ]
        return Case(*cases, default=self.groups[-1].date_of(field, cinema), output_field=DateField())


class _DateOf(Func):
    """The date of the first of these days that ends after an instant; the last one's if none does.

    It says `Case(When(instant__lt=end, then=Value(date)), …)`, for which Django would look the instant up once a day:
    a close, which asks for many days in many queries, spent a third of its time on that.
    """

    def __init__(self, instant: F, days: tuple[tuple[datetime, Date], ...]) -> None:
        self.days = days
        super().__init__(instant, output_field=DateField())

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *_parts: Any, **_context: Any
    ) -> tuple[str, Any]:
        instant, params = compiler.compile(self.source_expressions[0])
        adapt_end, adapt_date = connection.ops.adapt_datetimefield_value, connection.ops.adapt_datefield_value
        *others, (_end, last) = self.days
        cases, values = "", []
        for end, date in others:
            cases += f" WHEN {instant} < %s THEN %s"
            values += [*params, adapt_end(end), adapt_date(date)]
        return f"CASE{cases} ELSE %s END" if cases else "%s", [*values, adapt_date(last)]


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
