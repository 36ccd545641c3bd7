"""From the figures of a report to the rows that they count: see `reports.behind`.

The cells of a table become links to the lists of these rows, as far as the person may see the list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from backoffice.framework.counted_filter import NAME, as_value
from reports.behind import BEHIND
from reports.catalogue.points import COLUMNS, last_earned
from reports.catalogue.takings import DIMENSIONS
from reports.models import Tender
from reports.reading import Period
from reports.tables import Kind, Link, Table
from screenings.models import Film

Lookups = Mapping[str, Any]

#: What the list of tickets is filtered by for a value of each dimension: see `TicketAdmin.link_lookups`.
OF_TICKETS = {
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
OF_BAR = {each: OF_TICKETS[each] for each in ("cinema", "channel", "promocode")}
#: By column: the figure. The first cell of a row leads to the admissions, which other columns are sums of.
TICKET_CELLS = {
    "group": "admissions",
    "discounts": "discounts",
    "refunded": "refunded",
    "comps": "comps",
    "no_show_rate": "no_shows",
}
LOSSES = {
    "written_off": "written_off",
    "written_off_value": "written_off",
    "shrinkage": "shrinkage",
    "shrinkage_value": "shrinkage",
}


@dataclass(frozen=True)
class Lists:
    """The addresses of lists for a person: of the rows behind figures of these cinemas."""

    user: Any
    period: Period

    def of(self, figure: str, lookups: Lookups, first: date, last: date, *cell: int) -> str:
        """Empty if the person may not see the list."""
        options = BEHIND[figure].model._meta
        if not self.user.has_perm(f"{options.app_label}.view_{options.model_name}"):
            return ""
        address = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
        return f"{address}?{urlencode({NAME: as_value(figure, first, last, *cell), **lookups})}"

    def cinema(self, path: str = "order__cinema") -> Lookups:
        """The condition for the only cinema of the period; none for several, which are those that the person sees."""
        return {path: next(iter(self.period.cinemas)).pk} if len(self.period.cinemas) == 1 else {}


def linked(table: Table, links: Callable[[Any], Mapping[str, str]]) -> Table:
    """The table, with links in the cells of each row for which `links` has an address, unless they are empty or 0."""
    rows: Any = table.rows
    return replace(
        table,
        rows=[
            {**row, **{key: Link(row[key], url) for key, url in links(row).items() if url and row.get(key)}}
            for row in rows
        ],
    )


def takings_links(table: Table, period: Period, user: Any, by: str, film: Film | None) -> Table:
    """A row leads to its admissions, and other figures of it to what they count. No query."""
    lists = Lists(user, period)

    def links(row: Any) -> dict[str, str]:
        key, first, last = row["key"], period.first, period.last
        if DIMENSIONS[by].kind is Kind.DATE:
            first, last = max(key, first), min(_last_day(key, by), last)
        lookups = _of_value(OF_TICKETS, by, key)
        if lookups is None:
            return {}
        of_film = {"session__film": film.pk} if film else {}
        tickets = {**lists.cinema(), **lookups, **of_film}
        found = {column: lists.of(figure, tickets, first, last) for column, figure in TICKET_CELLS.items()}
        if "bar_takings" in row:
            of_bar = {**lists.cinema(), **(_of_value(OF_BAR, by, key) or {})}
            found["bar_takings"] = lists.of("bar", of_bar, first, last)
        return found

    return linked(table, links)


def _of_value(names: Mapping[str, str], by: str, key: Any) -> Lookups | None:
    """The condition for a value of a dimension; None if the list has no such condition."""
    if by not in names:
        return {}
    if key is None or key == "":
        return {f"{names[by]}__isnull": "True"} if by == "promocode" else None
    return {names[by]: key}


def films_links(table: Table, period: Period, user: Any) -> Table:
    lists = Lists(user, period)

    def links(row: Any) -> dict[str, str]:
        lookups = {**lists.cinema(), "session__film": row["key"]}
        return {"film": lists.of("admissions", lookups, period.first, period.last)}

    return linked(table, links)


def occupancy_links(period: Period, user: Any) -> list[list[str]]:
    """For each cell of the occupancy, a part of the day and a weekday: its tickets."""
    lists = Lists(user, period)
    return [
        [lists.of("occupancy", lists.cinema(), period.first, period.last, part, weekday) for weekday in range(7)]
        for part in range(4)
    ]


def money_links(table: Table, period: Period, user: Any) -> Table:
    """What came in leads to payments, what went back to refunds. Money for gift cards belongs to no order."""
    lists = Lists(user, period)

    def of(figure: str, lookups: Lookups) -> str:
        return lists.of(figure, lookups, period.first, period.last)

    def links(row: Any) -> dict[str, str]:
        tender, cinema = row["key"], lists.cinema()
        if tender == Tender.POINTS:
            refunds = of("refunds_of_points", cinema)
            of_orders = of("paid_with_points", lists.cinema("cinema"))
            return {"received": of_orders, "refunds_made": refunds, "refunds": refunds}
        if tender == Tender.BY_HAND:
            return {"paid_back": of("paid_by_hand", cinema)}
        refunds = of("refunds", {**cinema, "payment__gateway": tender})
        return {
            "received": of("received", {**cinema, "gateway__exact": tender}),
            "refunds_made": refunds,
            "refunds": refunds,
            "paid_back": of("paid_back", {**cinema, "payment__gateway": tender}),
        }

    return linked(table, links)


def bar_links(table: Table, period: Period, user: Any) -> Table:
    """An item, or the bar as a whole, leads to what was sold of it."""
    lists = Lists(user, period)

    def links(row: Any) -> dict[str, str]:
        of_item = {"concession_item": row["key"]} if "key" in row else {}
        url = lists.of("bar", {**lists.cinema(), **of_item}, period.first, period.last)
        return {"item" if of_item else "bar_takings": url}

    return linked(table, links)


def losses_links(table: Table, period: Period, user: Any) -> Table:
    """What was written off or found missing of an item leads to these movements of its stock."""
    lists = Lists(user, period)

    def links(row: Any) -> dict[str, str]:
        of_item = {"concession_item": row["key"]}
        return {key: lists.of(figure, of_item, period.first, period.last) for key, figure in LOSSES.items()}

    return linked(table, links)


def points_links(tables: list[Table], period: Period, user: Any) -> list[Table]:
    """Points by month lead to their transactions, and those that customers hold to their accounts."""
    lists = Lists(user, period)
    moved, held, expiring = tables

    def of_month(row: Any) -> dict[str, str]:
        first, last = max(row["month"], period.first), min(_last_day(row["month"], "month"), period.last)
        return {
            column: lists.of("points", {"transaction_type__exact": kind}, first, last)
            for kind, column in COLUMNS.items()
        }

    def of_accounts(row: Any) -> dict[str, str]:
        return {"month": lists.of("points_expiring", {}, *last_earned(row["month"]))}

    of_all = {"points_held": lists.of("points_held", {}, period.first, period.last)}
    return [linked(moved, of_month), linked(held, lambda _row: of_all), linked(expiring, of_accounts)]


def _last_day(first: date, by: str) -> date:
    if by == "week":
        return first + timedelta(days=6)
    if by == "month":
        return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first
