"""From a row of takings, or of the film rank, to the tickets that it counts."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from orders.models import Ticket
from reports.catalogue.takings import DIMENSIONS
from reports.models import BusinessDay
from reports.reading import Period
from reports.tables import Kind, Link, Table
from screenings.models import Film

#: What the list of tickets is filtered by for a value of each dimension: see `TicketAdmin.link_lookups`.
LOOKUPS = {
    "cinema": "order__cinema",
    "hall": "session__hall",
    "film": "session__film",
    "format": "session__format",
    "language": "session__language",
    "channel": "order__channel",
    "ticket_type": "ticket_type",
    "seat_kind": "seat__kind",
    "promocode": "order__promocode",
}
ADMITTED = ",".join((Ticket.Status.PAID, Ticket.Status.USED, Ticket.Status.EXPIRED))  # paid and not refunded

Bounds = Callable[[int, date, date], tuple[datetime, datetime]]


def with_links(table: Table, period: Period, by: str, film: Film | None) -> Table:
    """The table with a link in the first cell of each row: to the admissions that the row counts.

    Days of cinemas in different time zones have no common start and end: a day or a film leads to the same by cinema
    there, whose rows lead on, and other rows to nothing. At most one query.
    """
    bounds = _bounds_by_cinema(period) if by == "cinema" else _common_bounds(period)
    rows: Any = table.rows
    name, linked = table.columns[0].key, []
    for row in rows:
        text = table.text(table.columns[0], row[name])
        link = _link(row["key"], period, by, film, bounds)
        linked.append({**row, name: Link(text, link) if link else text})
    return replace(table, columns=[replace(table.columns[0], kind=Kind.TEXT), *table.columns[1:]], rows=linked)


def _link(key: Any, period: Period, by: str, film: Film | None, bounds: Bounds | None) -> str:
    first, last = period.first, period.last
    if DIMENSIONS[by].kind is Kind.DATE:
        first, last = max(key, first), min(_last_day(key, by), last)
    filters: dict[str, Any] = {"status__in": ADMITTED}
    if by in LOOKUPS:
        none = key is None or key == ""
        if none and by != "promocode":
            return ""
        filters |= {f"{LOOKUPS[by]}__isnull": "True"} if none else {LOOKUPS[by]: key}
    if by != "cinema" and len(period.cinemas) == 1:
        filters["order__cinema"] = next(iter(period.cinemas)).pk
    if film is not None:
        filters["session__film"] = film.pk
    if bounds is None:
        of_film = key if by == "film" else film and film.pk
        if DIMENSIONS[by].kind is not Kind.DATE and by != "film":
            return ""
        chosen = {"by": "cinema", "cinema": "", "first": first.isoformat(), "last": last.isoformat()}
        return f"{reverse('admin:reports_takings')}?{urlencode(chosen | ({'film': of_film} if of_film else {}))}"
    starts_at, ends_at = bounds(key, first, last) if by == "cinema" else bounds(0, first, last)
    filters |= {
        "session__start_datetime__gte": starts_at.isoformat(),
        "session__start_datetime__lt": ends_at.isoformat(),
    }
    return f"{reverse('admin:orders_ticket_changelist')}?{urlencode(filters)}"


def _last_day(first: date, by: str) -> date:
    if by == "week":
        return first + timedelta(days=6)
    if by == "month":
        return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first


def _bounds_by_cinema(period: Period) -> Bounds:
    """From a cinema, the first and the last date of the period to their instants. One query."""
    cinemas = {cinema.pk: cinema for cinema in period.cinemas}
    days = BusinessDay.objects.filter(cinema__in=cinemas, date__in=(period.first, period.last))
    stored = {(day.cinema_id, day.date): (day.starts_at, day.ends_at) for day in days}

    def bounds(key: int, first: date, last: date) -> tuple[datetime, datetime]:
        start, _end = stored.get((key, first)) or cinemas[key].day_bounds(first)
        _start, end = stored.get((key, last)) or cinemas[key].day_bounds(last)
        return start, end

    return bounds


def _common_bounds(period: Period) -> Bounds | None:
    """The same for all cinemas, if they share the start and end of their days. One query."""
    if len({(cinema.time_zone, cinema.day_ends_at) for cinema in period.cinemas}) > 1:
        return None
    any_cinema = next(iter(period.cinemas))
    stored: defaultdict[date, set[tuple[datetime, datetime]]] = defaultdict(set)
    days = BusinessDay.objects.filter(cinema__in=period.cinemas, date__range=(period.first, period.last)).order_by()
    for day, starts_at, ends_at in days.values_list("date", "starts_at", "ends_at").distinct():
        stored[day].add((starts_at, ends_at))
    if any(len(each) > 1 for each in stored.values()):
        return None

    def bounds(_key: int, first: date, last: date) -> tuple[datetime, datetime]:
        start, _end = next(iter(stored.get(first, ())), None) or any_cinema.day_bounds(first)
        _start, end = next(iter(stored.get(last, ())), None) or any_cinema.day_bounds(last)
        return start, end

    return bounds
