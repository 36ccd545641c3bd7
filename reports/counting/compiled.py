"""Statements about business days that are compiled once, and asked again of other days.

A close asks two dozen of them, the first page and many reports some: Django builds and compiles them for longer than
the database of a small cinema needs to answer.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, wraps
from itertools import count
from typing import Any

from django.db import connections, router
from django.db.models import QuerySet

from cinema.db_functions import CompiledQuery
from reports.days import Days, JoinedDays, PlannedDay, Row

#: What stands for the instants, dates and cinemas of the days that a statement is asked of. The order is kept.
AS_OF = datetime(3, 1, 1, tzinfo=UTC)
Shape = tuple[tuple[int, tuple[tuple[int, int, int], ...]], ...]


def compiled_for_days(build: Callable[..., QuerySet[Any, Any]]) -> Callable[..., Sequence[Row]]:
    """Keep the SQL of a queryset of `values` about some days as of an instant, for each way in which days can follow
    each other. Arguments after these two are a part of the statement.

    `build` may compare the instants and dates of the days, and pass them on: those it sees stand for the real ones. One
    query.
    """

    @lru_cache(maxsize=256)
    def compiled(shape: Shape, *fixed: Hashable) -> Statement:
        return Statement(build(_standing_for(shape), AS_OF, *fixed))

    @wraps(build)
    def rows(days: Days, as_of: datetime, *fixed: Hashable) -> Sequence[Row]:
        if not (days.days and days.cinemas):
            return list(build(days, as_of, *fixed))
        shape, values = shape_of(days)
        return compiled(shape, *fixed).rows({**values, AS_OF: as_of})

    rows.kept = compiled  # type: ignore[attr-defined]
    return rows


class Statement:
    """The SQL of a queryset of `values`, and how its rows are read."""

    def __init__(self, rows: QuerySet[Any, Any]) -> None:
        self._model = rows.model
        self._columns = list(rows.query.selected or ())
        self._query = CompiledQuery(rows)
        self.sql = self._query.sql

    def rows(self, values: Mapping[Any, Any]) -> Sequence[Row]:
        """The rows, with `values` in place of the parameters that are their keys. One query."""
        ops = connections[router.db_for_read(self._model)].ops
        rows = self._query.rows(self.params(ops, values))
        return [dict(zip(self._columns, row, strict=True)) for row in rows]

    def params(self, ops: Any, values: Mapping[Any, Any]) -> list[Any]:
        given = {_adapted(ops, key): _adapted(ops, value) for key, value in values.items()}
        return [given.get(param, param) for param in self._query.params]


def _adapted(ops: Any, value: Any) -> Any:
    """The value as the database takes it."""
    if isinstance(value, datetime):
        return ops.adapt_datetimefield_value(value)
    return ops.adapt_datefield_value(value) if isinstance(value, date) else value


def shape_of(days: Days) -> tuple[Shape, dict[Any, Any]]:
    """How the days follow each other, in each group of cinemas, and what stands for what in a statement about them."""
    instants = sorted({instant for day in days.days for instant in (day.starts_at, day.ends_at)})
    dates = sorted({day.date for day in days.days})
    place_of, number_of = ({each: place for place, each in enumerate(rows)} for rows in (instants, dates))
    shape = tuple(
        (
            len(group.cinemas),
            tuple((place_of[day.starts_at], place_of[day.ends_at], number_of[day.date]) for day in group.days),
        )
        for group in days.groups
    )
    cinemas = [cinema for group in days.groups for cinema in group.cinemas]
    values: dict[Any, Any] = {_instant(place): instant for place, instant in enumerate(instants)}
    values |= {_date(number): each for number, each in enumerate(dates)}
    return shape, values | dict(zip(_cinemas(), cinemas, strict=False))


def _standing_for(shape: Shape) -> Days:
    keys = _cinemas()
    groups = [
        Days(
            [PlannedDay(_date(number), _instant(start), _instant(end)) for start, end, number in days],
            cinemas=[next(keys) for _cinema in range(cinemas)],
        )
        for cinemas, days in shape
    ]
    return groups[0] if len(groups) == 1 else JoinedDays(groups)


def _instant(place: int) -> datetime:
    return datetime(2, 1, 1, tzinfo=UTC) + timedelta(minutes=place)


def _date(number: int) -> date:
    return date(1, 1, 1) + timedelta(days=number)


def _cinemas() -> Iterator[int]:
    return count(-1_000_000_000, -1)  # numbers that no statement has
