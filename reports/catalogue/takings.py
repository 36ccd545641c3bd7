"""Takings of a period: tickets, bar and money, by day or by any other dimension that a sale has."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Model, Prefetch
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import Order, Promocode
from reports import definitions
from reports.code_names import code_names
from reports.definitions import Definition, Unit
from reports.models import BarFigures, TicketFigures
from reports.reading import Period, grouped, sums
from reports.tables import Column, Kind, Table
from screenings.models import Cinema, Film, Hall, SeatKind, Session, TicketType

KINDS = {Unit.COUNT: Kind.INTEGER, Unit.MONEY: Kind.MONEY, Unit.PERCENT: Kind.PERCENT, Unit.RATIO: Kind.DECIMAL}


@dataclass(frozen=True)
class Dimension:
    """What rows of takings can be grouped by: a column of the figures, and how its values read."""

    title: str | Promise
    column: str  # of `TicketFigures`, or of a row that it points to
    kind: Kind = Kind.TEXT
    model: type[Model] | None = None  # whose rows the values are keys of
    labels: Mapping[str, Any] | None = None
    of_bar: bool = False  # whether sales of the bar have it too
    merged: Callable[[date, int], date] | None = None  # a date into the first day of its week or month
    empty: str | Promise = ""


def _week(day: date, first_weekday: int) -> date:
    return day - timedelta(days=(day.weekday() - first_weekday) % 7)


def _month(day: date, _first_weekday: int) -> date:
    return day.replace(day=1)


DIMENSIONS: dict[str, Dimension] = {
    "day": Dimension(gettext_lazy("Day"), "about", Kind.DATE, of_bar=True),
    "week": Dimension(gettext_lazy("Week from"), "about", Kind.DATE, of_bar=True, merged=_week),
    "month": Dimension(gettext_lazy("Month from"), "about", Kind.DATE, of_bar=True, merged=_month),
    "cinema": Dimension(gettext_lazy("Cinema"), "cinema_id", model=Cinema, of_bar=True),
    "hall": Dimension(gettext_lazy("Hall"), "hall_id", model=Hall),
    "film": Dimension(gettext_lazy("Film"), "film_id", model=Film),
    "screening": Dimension(gettext_lazy("Screening"), "session_id", model=Session),
    "format": Dimension(gettext_lazy("Format"), "session__format", labels=dict(Session.Format.choices)),
    "language": Dimension(gettext_lazy("Language"), "session__language"),
    "channel": Dimension(gettext_lazy("Channel"), "channel", labels=dict(Order.Channel.choices), of_bar=True),
    "ticket_type": Dimension(gettext_lazy("Ticket type"), "ticket_type_id", model=TicketType),
    "seat_kind": Dimension(gettext_lazy("Seat kind"), "seat_kind", labels=dict(SeatKind.choices)),
    "promocode": Dimension(
        gettext_lazy("Promo code"), "promocode_id", model=Promocode, of_bar=True, empty=gettext_lazy("Without")
    ),
}


@dataclass(frozen=True)
class Against:
    """What takings are compared with: another period, whose dates are moved by `shift`, another cinema or film.

    The period that another cinema is compared in has all cinemas of both sides, so that they are counted together.
    """

    name: str | Promise
    period: Period
    shift: timedelta = timedelta(0)
    film: Film | None = None
    cinema: Cinema | None = None


def column_of(definition: Definition, *, summed: bool = False) -> Column:
    return Column(definition.key, definition.name, KINDS[definition.unit], definition, is_summed=summed)


def takings(period: Period, by: str = "day", *, film: Film | None = None, against: Against | None = None) -> Table:
    """Admissions and box office, of all films or of one, and the bar where it has the dimension.

    With `against`, each row has the box office that it is compared with, and the change. At most nine queries, and two
    more for a comparison, or for the names of screenings.
    """
    dimension, has_bar = DIMENSIONS[by], shows_bar(by, film)
    both = against.period if against and against.cinema else period
    own: dict[str, Any] = {} if both is period else {"cinema_id__in": [cinema.pk for cinema in period.cinemas]}
    if against and against.cinema:
        own_tickets, others = _of_two_cinemas(against, dimension, film, period)
    else:
        own_tickets, others = _tickets(period, dimension, film), _compared_with(against, dimension, film)
    tickets, other = _grouped(own_tickets, dimension, period), _grouped(others, dimension, period)
    bar = _grouped(sums(BarFigures, both, by=[dimension.column], **own), dimension, period) if has_bar else {}
    names = _names(dimension, {*tickets, *bar, *other})
    no_tickets, no_bar = dict.fromkeys(TicketFigures.MEASURES, 0), dict.fromkeys(BarFigures.MEASURES, 0)
    rows = [
        {
            "group": names[key],
            "key": key,
            **figures(tickets.get(key, no_tickets), bar.get(key, no_bar), other.get(key, no_tickets)),
        }
        for key in _sorted(dimension, {*tickets, *bar, *other}, names)
    ]
    shown = [*definitions.TICKETS, *((definitions.BAR_TAKINGS, definitions.SPEND_PER_HEAD) if has_bar else ())]
    columns = [column_of(each) for each in shown]
    if against:
        compared = [
            replace(column_of(definitions.COMPARED), label=against.name),
            column_of(definitions.COMPARED_CHANGE),
        ]
        position = shown.index(definitions.BOX_OFFICE) + 1
        columns[position:position] = compared
        shown += [definitions.COMPARED, definitions.COMPARED_CHANGE]
    total = figures(
        added(TicketFigures.MEASURES, tickets.values()),
        added(BarFigures.MEASURES, bar.values()),
        added(TicketFigures.MEASURES, other.values()),
    )
    return Table(
        title=_("Takings"),
        subtitle=f"{film}, {subtitle(period)}" if film else subtitle(period),
        columns=[Column("group", dimension.title, dimension.kind), *columns],
        rows=rows,
        totals={each.key: total[each.key] for each in shown},
        notes=[_("Compared with %(dates)s.") % {"dates": dates_text(against.period.first, against.period.last)}]
        if against and against.shift
        else [],
    )


def shows_bar(by: str, film: Film | None) -> bool:
    """Whether the bar has this dimension; it has no films."""
    return DIMENSIONS[by].of_bar and film is None


def figures(
    tickets: Mapping[str, Any], bar: Mapping[str, Any], compared: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The figures of one group, by the keys of their definitions; `compared` are tickets too."""
    row: dict[str, Any] = {each.key: each.of(tickets) for each in definitions.TICKETS}
    row[definitions.BAR_TAKINGS.key] = definitions.BAR_TAKINGS.of(bar)
    row[definitions.SPEND_PER_HEAD.key] = definitions.SPEND_PER_HEAD.of(row)
    if compared is not None:
        row[definitions.COMPARED.key] = definitions.BOX_OFFICE.of(compared)
        row[definitions.COMPARED_CHANGE.key] = definitions.COMPARED_CHANGE.of(row)
    return row


def subtitle(period: Period) -> str:
    """Which cinemas and days a table is about."""
    return period_text(period.cinemas, period.first, period.last)


def period_text(cinemas: Collection[Cinema], first_day: date, last_day: date) -> str:
    names = ", ".join(str(cinema) for cinema in cinemas) if len(cinemas) <= 3 else _("All cinemas")
    return f"{names}, {dates_text(first_day, last_day)}"


def dates_text(first_day: date, last_day: date) -> str:
    first, last = date_format(first_day, "j E Y"), date_format(last_day, "j E Y")
    return first if first_day == last_day else f"{first} – {last}"


def added(measures: Sequence[str], rows: Any) -> dict[str, Any]:
    total: dict[str, Any] = dict.fromkeys(measures, 0)
    for row in rows:
        for measure in measures:
            total[measure] += row[measure]
    return total


def _tickets(period: Period, dimension: Dimension, film: Film | None) -> list[dict[str, Any]]:
    return sums(TicketFigures, period, by=[dimension.column], **_of(film))


def _of(film: Film | None) -> dict[str, Any]:
    return {"film_id": film.pk} if film is not None else {}


def _of_two_cinemas(
    against: Against, dimension: Dimension, film: Film | None, period: Period
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The tickets of the period's cinemas, and those of the other one, from one query."""
    rows = sums(TicketFigures, against.period, by=["cinema_id", dimension.column], **_of(film))
    keys = {cinema.pk for cinema in period.cinemas}, {against.cinema.pk if against.cinema else None}
    own, other = ([row for row in rows if row["cinema_id"] in cinemas] for cinemas in keys)
    return grouped(TicketFigures, own, [dimension.column]), grouped(TicketFigures, other, [dimension.column])


def _compared_with(against: Against | None, dimension: Dimension, film: Film | None) -> list[dict[str, Any]]:
    """By the values that the rows have: dates are moved to those of the period."""
    if against is None:
        return []
    rows = _tickets(against.period, dimension, against.film or film)
    if dimension.kind == Kind.DATE:
        rows = [{**row, dimension.column: row[dimension.column] + against.shift} for row in rows]
    return rows


def _grouped(rows: list[dict[str, Any]], dimension: Dimension, period: Period) -> dict[Any, dict[str, Any]]:
    """The rows by their value of the dimension; dates of a week or month are added up."""
    if dimension.merged is None:
        return {row[dimension.column]: row for row in rows}
    first_weekday = next((cinema.week_starts_on for cinema in period.cinemas), 0)
    groups: defaultdict[date, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[dimension.merged(row[dimension.column], first_weekday)].append(row)
    measures = [key for key in rows[0] if key != dimension.column] if rows else []
    return {key: added(measures, group) for key, group in groups.items()}


def _sorted(dimension: Dimension, keys: set[Any], names: Mapping[Any, Any]) -> list[Any]:
    """By name; screenings in the order in which `names` has them."""
    if dimension.model is Session:
        return [key for key in names if key in keys]
    return sorted(keys, key=lambda key: (key is None, names[key]))


def _named(screening: Session) -> str:
    start = screening.hall.cinema.local(screening.start_datetime)
    return f"{date_format(start, 'SHORT_DATE_FORMAT')} {start:%H:%M} {screening.film}, {screening.hall}"


def _names(dimension: Dimension, keys: set[Any]) -> dict[Any, Any]:
    """How the values of the dimension read. At most three queries."""
    if dimension.kind == Kind.DATE:
        return {key: key for key in keys}
    if dimension.model is Session:
        screenings = Session.objects.filter(pk__in=keys).only("start_datetime", "film", "hall")
        # A week has thousands of them, of a few films in a few halls.
        screenings = screenings.prefetch_related("film", Prefetch("hall", Hall.objects.select_related("cinema")))
        return {each.pk: _named(each) for each in screenings.order_by("start_datetime", "pk")}
    names: dict[Any, Any] = {key: str(key) for key in keys}
    if dimension.model is Promocode:
        names |= code_names(keys - {None})
    elif dimension.model is not None:
        rows = dimension.model._default_manager.all()
        if dimension.model is Hall:
            rows = rows.select_related("cinema")
        names |= {pk: str(row) for pk, row in rows.in_bulk(keys - {None}).items()}
    if dimension.labels is not None:
        names |= {key: str(dimension.labels.get(key, key)) for key in keys}
    return names | {None: str(dimension.empty)}
