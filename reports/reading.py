"""Read figures: closed days from their rows, and days that are still open by counting them now."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast
from django.utils.functional import cached_property

from cinema.money import MINOR_UNITS, MoneyField
from reports.counting import COUNTS, JOINED, SHORT
from reports.counting.compiled import compiled_for_days
from reports.days import Day, Days, JoinedDays, PlannedDay, Row, days_after, planned_day
from reports.models import TOTALS, BusinessDay, Figures
from screenings.models import Cinema

Number = Any  # Decimal for money, int for counts
MINOR_UNIT = Decimal(1).scaleb(-MINOR_UNITS)


@dataclass(frozen=True)
class Period:
    """Dates from `first` to `last`, both included, of some cinemas; figures that are not frozen are counted as of `at`.

    Dates are business dates: see `BusinessDay`.
    """

    cinemas: Collection[Cinema]
    first: date
    last: date
    at: datetime
    #: Days that are stored, by their cinemas: read once for a period and those that `replace` makes of it.
    stored: dict[frozenset[int], dict[int, list[BusinessDay]]] = field(default_factory=dict, compare=False, repr=False)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @cached_property
    def open_days(self) -> list[Days]:
        """See `open_days_of`; read once."""
        return open_days_of(self)

    @cached_property
    def open_days_together(self) -> list[Days]:
        """The same as one, for what is counted in one go; none if there are no open days."""
        return [JoinedDays(self.open_days)] if len(self.open_days) > 1 else self.open_days

    @cached_property
    def counted(self) -> dict[type[Figures], list[Row]]:
        """What `live` has counted, by table."""
        return {}


def sums(table: type[Figures], period: Period, *, by: Sequence[str] = (), **only: Any) -> list[dict[str, Any]]:
    """The measures of a table in a period, added up for each value of the columns in `by`; sorted by these.

    `by` names columns of the table, or of a row that one of its foreign keys points to (`session__format`); without it
    there is one row. `only` are conditions on columns of the table. A closed date has what is known about it by now;
    today's corrections of earlier dates come with the close of today. One query, and at the first use of a table in a
    period that reaches an open day those of `counting` (see `JOINED`); one more at the first use of a period.
    """
    wanted = dict(only)
    columns = [*by, *wanted]
    counted = _resolved(table, [dict(row) for row in live(table, period, columns) if _matches(row, wanted)], by)
    booked = booked_sums(table, _booked_in(shortest(table, columns), period).filter(**wanted), by)
    rows = grouped(table, [*booked, *counted], by)
    if not by:
        return rows or [dict.fromkeys(table.MEASURES, 0)]
    return sorted(rows, key=lambda row: tuple((row[column] is None, row[column]) for column in by))


def sums_by_day(tables: Sequence[type[Figures]], period: Period) -> dict[type[Figures], dict[tuple[int, date], Row]]:
    """The `sums` of several tables by cinema and date, with one query for what closed days booked."""
    by = ("cinema_id", "about")
    booked = _booked_together({table: _booked_in(shortest(table, by), period) for table in tables}, by)
    return {
        table: {
            (row["cinema_id"], row["about"]): row
            for row in grouped(table, [*booked[table], *live(table, period, by)], by)
        }
        for table in tables
    }


def sums_together(tables: Sequence[type[Figures]], period: Period) -> dict[type[Figures], Row]:
    """The `sums` of several tables in the period as a whole, with one query for what closed days booked."""
    booked = _booked_together({table: _booked_in(shortest(table, []), period) for table in tables}, ["cinema_id"])
    return {
        table: (grouped(table, [*booked[table], *live(table, period, [])], []) or [dict.fromkeys(table.MEASURES, 0)])[0]
        for table in tables
    }


def shortest(table: type[Figures], columns: Iterable[str]) -> type[Figures]:
    """The table with the fewest rows that has the measures of this one by these columns: itself, or one of `TOTALS`."""
    named = {column.partition("__")[0].removesuffix("_id") for column in columns}
    for totals in TOTALS.get(table, ()):
        if named <= {"day", "cinema", "about", *(column.removesuffix("_id") for column in totals.KEY)}:
            return totals
    return table


def _booked_in(table: type[Figures], period: Period) -> QuerySet[Any]:
    cinemas = [cinema.pk for cinema in period.cinemas]
    return table._default_manager.filter(cinema__in=cinemas, about__range=(period.first, period.last))


def _booked_together(
    booked: Mapping[type[Figures], QuerySet[Any]], by: Sequence[str]
) -> dict[type[Figures], list[dict[str, Any]]]:
    """`booked_sums` of several tables in one query: each row has as many sums as the table with the most measures."""
    found: dict[type[Figures], list[dict[str, Any]]] = {table: [] for table in booked}
    most = max(len(table.MEASURES) for table in booked)
    parts = []
    for table, rows in booked.items():
        amounts: list[Any] = [Cast(Sum(measure), BigIntegerField()) for measure in table.MEASURES]
        amounts += [Value(0, output_field=BigIntegerField())] * (most - len(amounts))
        named = {f"amount_{number}": amount for number, amount in enumerate(amounts)}
        parts.append(rows.order_by().values(*by).annotate(of=Value(table.__name__), **named))
    by_name = {table.__name__: table for table in booked}
    for row in parts[0].union(*parts[1:], all=True):
        table = by_name[row["of"]]
        measures = {
            measure: row[f"amount_{number}"] * (MINOR_UNIT if _is_money(table, measure) else 1)
            for number, measure in enumerate(table.MEASURES)
        }
        found[table].append({**{column: row[column] for column in by}, **measures})
    return found


def _is_money(table: type[Figures], measure: str) -> bool:
    return isinstance(table._meta.get_field(measure), MoneyField)


def booked_between(
    table: type[Figures], cinemas: Collection[Cinema], first: date, last: date, *by: str
) -> list[dict[str, Any]]:
    """The measures that closed days from `first` to `last` booked, added up by the columns in `by`. One query."""
    rows = shortest(table, by)._default_manager.filter(
        day__cinema__in=[cinema.pk for cinema in cinemas], day__date__range=(first, last)
    )
    return booked_sums(table, rows, by)


def booked_sums(table: type[Figures], booked: QuerySet[Any], by: Sequence[str]) -> list[dict[str, Any]]:
    """The measures of booked rows, added up for each value of the columns in `by`. One query."""
    sums = booked.order_by().values(*by).annotate(**{f"sum_{measure}": Sum(measure) for measure in table.MEASURES})
    return [{key.removeprefix("sum_"): value for key, value in row.items()} for row in sums]


def grouped(table: type[Figures], rows: Iterable[Row], by: Sequence[str]) -> list[dict[str, Any]]:
    """The measures of rows added up in the same way; a measure that a row lacks is 0. No query."""
    totals: defaultdict[tuple[Any, ...], dict[str, Number]] = defaultdict(lambda: dict.fromkeys(table.MEASURES, 0))
    for row in rows:
        total = totals[tuple(row[column] for column in by)]
        for measure in table.MEASURES:
            total[measure] += row.get(measure) or 0
    return [{**dict(zip(by, key, strict=True)), **total} for key, total in totals.items()]


def live(table: type[Figures], period: Period, columns: Iterable[str]) -> list[Row]:
    """The rows of the dates of the period that are not closed, counted as of `period.at`, once for each period: with
    these columns at least, and in few rows if that is possible and they are not counted yet.
    """
    short = shortest(table, columns)
    counted = short if short in SHORT and table not in period.counted else table
    if counted not in period.counted:
        count = SHORT.get(counted) or COUNTS[counted]
        groups = period.open_days_together if counted in JOINED else period.open_days
        period.counted[counted] = [row for days in groups for row in count(days, period.at)]
    return period.counted[counted]


def open_days_of(period: Period) -> list[Days]:
    """The days of the period that are not closed, up to the one that contains `period.at`, grouped by the cinemas that
    share them. At most one query.
    """
    cinemas = {cinema.pk: cinema for cinema in period.cinemas}
    key = frozenset(cinemas)
    stored = period.stored[key] if key in period.stored else period.stored.setdefault(key, by_cinema(last_days(key)))
    groups: defaultdict[tuple[PlannedDay, ...], list[int]] = defaultdict(list)
    for pk, cinema in cinemas.items():
        still_open = (day for day in unclosed_days(cinema, stored[pk], at=period.at) if day.date in period)
        days = tuple(PlannedDay(day.date, day.starts_at, day.ends_at) for day in still_open)
        if days:
            groups[days].append(pk)
    return [Days(days, cinemas=pks) for days, pks in groups.items()]


def whole_period(period: Period) -> Days:
    """Everything from the start of the first day of the period to the end of its last, as one day for each group of
    cinemas that share both. One query.
    """
    found = BusinessDay.objects.filter(
        cinema__in=[cinema.pk for cinema in period.cinemas], date__in=(period.first, period.last)
    )
    stored = {(day.cinema_id, day.date): (day.starts_at, day.ends_at) for day in found}
    groups: defaultdict[tuple[datetime, datetime], list[int]] = defaultdict(list)
    for cinema in period.cinemas:
        start, _end = stored.get((cinema.pk, period.first)) or cinema.day_bounds(period.first)
        _start, end = stored.get((cinema.pk, period.last)) or cinema.day_bounds(period.last)
        groups[start, end].append(cinema.pk)
    return JoinedDays(
        [Days([PlannedDay(period.first, *bounds)], cinemas=cinemas) for bounds, cinemas in groups.items()]
    )


def last_days(cinemas: Any) -> QuerySet[BusinessDay]:
    """Of each of these cinemas, given as rows or keys: the last closed day and the open ones, in order."""
    closed = BusinessDay.objects.closed().filter(cinema=OuterRef("pk")).order_by("-starts_at")
    last_closed = Cinema.objects.filter(pk__in=cinemas).annotate(day=Subquery(closed.values("pk")[:1])).values("day")
    return BusinessDay.objects.filter(Q(closed_at__isnull=True) | Q(pk__in=last_closed), cinema__in=cinemas).order_by(
        "starts_at"
    )


def by_cinema(days: Iterable[BusinessDay]) -> dict[int, list[BusinessDay]]:
    found: defaultdict[int, list[BusinessDay]] = defaultdict(list)
    for day in days:
        found[day.cinema_id].append(day)
    return found


def unclosed_days(cinema: Cinema, stored: Sequence[BusinessDay], *, at: datetime) -> list[Day]:
    """The days of a cinema that are not closed, up to the one that contains `at`: stored ones, and those that no job
    has opened yet. `stored` are its last closed day and the open ones, in order; without any, nothing was sold before.
    """
    last: Day = stored[-1] if stored else planned_day(cinema, cinema.business_date(at) - timedelta(days=1))
    return [*(day for day in stored if day.closed_at is None), *days_after(last, cinema, until=at)]


def counted_once(days: Days, *, as_of: datetime) -> Callable[[type[Figures]], Sequence[Row]]:
    """What `COUNTS` says of these days by table; tables that are counted in the same way share their rows."""
    found: dict[Callable[..., Any], Sequence[Row]] = {}

    def of(table: type[Figures]) -> Sequence[Row]:
        count = COUNTS[table]
        if count not in found:
            found[count] = list(count(days, as_of))
        return found[count]

    return of


def difference(table: type[Figures], counted: Iterable[Row], days: Days) -> dict[tuple[Any, ...], list[Any]]:
    """For each key: the figures counted now less those booked, measure by measure. One query."""
    columns = ("cinema_id", "about", *table.KEY)
    sums: defaultdict[tuple[Any, ...], list[Any]] = defaultdict(lambda: [0] * len(table.MEASURES))
    for row in counted:
        total = sums[tuple(row[column] for column in columns)]
        for position, measure in enumerate(table.MEASURES):
            total[position] += row.get(measure) or 0
    for booked in _booked_about(days, days.days[-1].ends_at, table):
        total = sums[tuple(booked[column] for column in columns)]
        for position, measure in enumerate(table.MEASURES):
            total[position] -= booked[measure]
    return sums


@compiled_for_days
def _booked_about(days: Days, _as_of: datetime, table: type[Figures]) -> QuerySet[Any, Any]:
    booked = table._default_manager.filter(cinema__in=days.cinemas, about__in=[day.date for day in days.days])
    return booked.order_by().values("cinema_id", "about", *table.KEY, *table.MEASURES)


def _matches(row: Row, wanted: dict[str, Any]) -> bool:
    return all(
        row[column.removesuffix("__in")] in value if column.endswith("__in") else row[column] == value
        for column, value in wanted.items()
    )


def _resolved(table: type[Figures], rows: list[dict[str, Any]], by: Sequence[str]) -> list[dict[str, Any]]:
    """Add to counted rows the columns of other tables that `by` names. A query for each."""
    for path in by:
        name, _, column = path.partition("__")
        if not column or not rows:
            continue
        target: Any = table._meta.get_field(name).related_model
        values = dict(
            target._default_manager.filter(pk__in={row[f"{name}_id"] for row in rows}).values_list("pk", column)
        )
        for row in rows:
            row[path] = values.get(row[f"{name}_id"])
    return rows
