"""From the figures of a report to the rows that they count: see `reports.behind`.

The cells of a table become links to the lists of these rows, as far as the person may see the list.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from backoffice.framework.counted_filter import NAME, as_value
from reports.behind import BEHIND
from reports.catalogue.overview import Comparison
from reports.catalogue.points import A_YEAR, COLUMNS, last_earned
from reports.catalogue.takings import DIMENSIONS, Against
from reports.definitions import (
    ADMISSIONS_PER_SCREEN,
    BAR_TAKINGS,
    BREAKAGE,
    CHANGE,
    CHANGE_FROM_WEEK,
    COMPARED,
    COMPARED_CHANGE,
    DAYS_OF_STOCK,
    IN_STOCK,
    LAST_DAY,
    OCCUPANCY,
    RUN_ADMISSIONS,
    RUN_BOX_OFFICE,
    SCREENINGS,
    SCREENS,
    SPEND_PER_HEAD,
    STRIKE_RATE,
    WEEK_BEFORE,
)
from reports.models import Tender
from reports.reading import Period
from reports.tables import Kind, Link, Table
from screenings.models import Cinema, Film

Lookups = Mapping[str, Any]

A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
FIRST_DAY = date(1901, 1, 1)  # before all others, for the whole run of a film

#: What the list of tickets is filtered by for a value of each dimension: see `TicketAdmin.link_lookups`.
OF_TICKETS = {
    "cinema": "order__cinema",
    "hall": "session__hall",
    "film": "session__film",
    "screening": "session__id__exact",
    "format": "session__format",
    "language": "session__language",
    "channel": "order__channel",
    "ticket_type": "ticket_type",
    "seat_kind": "seat__kind",
    "promocode": "order__promocode",
}
OF_BAR = {each: OF_TICKETS[each] for each in ("cinema", "channel", "promocode")}
#: By column: the figure. What is computed from the admissions leads to them, as does the first cell of a row.
OF_ADMISSIONS = ("admissions", "box_office", "net_box_office", "average_ticket", "per_screening", "vat")
TICKET_CELLS = {
    **dict.fromkeys(("group", *OF_ADMISSIONS), "admissions"),
    "discounts": "discounts",
    "refunded": "refunded",
    "comps": "comps",
    "no_show_rate": "no_shows",
}
#: Of an item, or of the bar as a whole.
BAR_CELLS = ("item", "bar_units", "bar_takings", "spend_per_head", "vat", "cost", "margin", "margin_rate")
HELD = ("points_held", "holders", "held_value", "expected_cost")
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
    _addresses: dict[type[Model], str] = field(default_factory=dict, init=False)

    def of(self, figure: str, lookups: Lookups, first: date, last: date, *cell: int) -> str:
        """Empty if the person may not see the list."""
        address = self._address(BEHIND[figure].model)
        return address and f"{address}?{urlencode({NAME: as_value(figure, first, last, *cell), **lookups})}"

    def _address(self, model: type[Model]) -> str:
        """Of the list of these rows, looked up once: a page has hundreds of links to a few lists."""
        if model not in self._addresses:
            options = model._meta
            visible = self.user.has_perm(f"{options.app_label}.view_{options.model_name}")
            page = f"admin:{options.app_label}_{options.model_name}_changelist"
            self._addresses[model] = reverse(page) if visible else ""
        return self._addresses[model]

    def cinema(self, path: str = "order__cinema") -> Lookups:
        """The condition for the only cinema of the period; none for several, which are those that the person sees."""
        return {path: next(iter(self.period.cinemas)).pk} if len(self.period.cinemas) == 1 else {}


def linked(table: Table, links: Callable[[Any], Mapping[str, str]], totals: Mapping[str, str] | None = None) -> Table:
    """The table, with links in the cells of each row for which `links` has an address, and in the last row those of
    `totals`, unless the cells are empty or 0.
    """
    rows: Any = table.rows
    return replace(
        table,
        rows=[
            {**row, **{key: Link(row[key], url) for key, url in links(row).items() if url and row.get(key)}}
            for row in rows
        ],
        total_links=totals or {},
    )


def takings_links(
    table: Table, period: Period, user: Any, by: str, film: Film | None, against: Against | None = None
) -> Table:
    """The figures of a row, and their totals, lead to what they count. No query."""
    lists = Lists(user, period)
    of_film = {"session__film": film.pk} if film else {}

    def of(tickets: Lookups, bar: Lookups, first: date, last: date) -> dict[str, str]:
        tickets = {**lists.cinema(), **tickets, **of_film}
        urls = {figure: lists.of(figure, tickets, first, last) for figure in set(TICKET_CELLS.values())}
        found = {column: urls[figure] for column, figure in TICKET_CELLS.items()}
        if any(column.key == BAR_TAKINGS.key for column in table.columns):
            url = lists.of("bar", {**lists.cinema(), **bar}, first, last)
            found |= dict.fromkeys((BAR_TAKINGS.key, SPEND_PER_HEAD.key), url)
        return found

    def compared(tickets: Lookups, first: date, last: date) -> dict[str, str]:
        if against is None:
            return {}
        cinema = {"order__cinema": against.cinema.pk} if against.cinema else lists.cinema()
        other = {"session__film": against.film.pk} if against.film else of_film
        url = lists.of("admissions", {**cinema, **tickets, **other}, first, last)
        return dict.fromkeys((COMPARED.key, COMPARED_CHANGE.key), url)

    def links(row: Any) -> dict[str, str]:
        tickets = _of_value(OF_TICKETS, by, row["key"])
        if tickets is None:
            return {}
        own = of(tickets, _of_value(OF_BAR, by, row["key"]) or {}, *_dates(row["key"], by, period))
        return own | compared(tickets, *_dates(row["key"], by, other, shift))

    other, shift = (against.period, against.shift) if against else (period, timedelta(0))
    return linked(table, links, of({}, {}, period.first, period.last) | compared({}, other.first, other.last))


def takings_of(cinema: int, first: date, last: date) -> str:
    """The address of the takings of a cinema (primary key) from one day to another."""
    chosen: dict[str, Any] = {"cinema": cinema, "first": first.isoformat(), "last": last.isoformat()}
    return f"{reverse('admin:reports_takings')}?{urlencode(chosen)}"


def week_links(comparison: Comparison, user: Any) -> Table:
    """Figures of the first page lead to what they count, the week before and the change to what that counts, and a
    cinema to its takings. No query.
    """
    cinemas, dates = comparison.cinemas, comparison.dates

    def of(chosen: Collection[Cinema], first: date, last: date) -> dict[str, str]:
        lists = Lists(user, Period(chosen, first, last, comparison.at))
        before = lists.of("admissions", lists.cinema(), first - A_WEEK, last - A_WEEK)
        return {
            **dict.fromkeys(OF_ADMISSIONS, lists.of("admissions", lists.cinema(), first, last)),
            **dict.fromkeys((WEEK_BEFORE.key, CHANGE_FROM_WEEK.key), before),
            **dict.fromkeys((BAR_TAKINGS.key, SPEND_PER_HEAD.key), lists.of("bar", lists.cinema(), first, last)),
        }

    def links(row: Any) -> dict[str, str]:
        key = row["key"]
        return {"cinema": takings_of(key, *dates[key]), **of([cinemas[key]], *dates[key])}

    same = {*dates.values()}  # weeks that begin on different days have no total that one list could show
    return linked(comparison.table, links, of([*cinemas.values()], *same.pop()) if len(same) == 1 else {})


def _dates(key: Any, by: str, period: Period, shift: timedelta = timedelta(0)) -> tuple[date, date]:
    """The days of the period that a row is about. Those of a comparison stand in rows that are later by `shift`."""
    if DIMENSIONS[by].kind is not Kind.DATE:
        return period.first, period.last
    return max(key - shift, period.first), min(_last_day(key, by) - shift, period.last)


def _of_value(names: Mapping[str, str], by: str, key: Any) -> Lookups | None:
    """The condition for a value of a dimension; None if the list has no such condition."""
    if by not in names:
        return {}
    if key is None or key == "":
        return {f"{names[by]}__isnull": "True"} if by == "promocode" else None
    return {names[by]: key}


def films_links(table: Table, period: Period, user: Any) -> Table:
    """Admissions of the period, its last day, the period before and the whole run, and the screenings."""
    lists = Lists(user, period)
    before = period.first - (period.last - period.first + A_DAY), period.first - A_DAY

    def links(of_film: Lookups) -> dict[str, str]:
        def admissions(first: date, last: date) -> str:
            return lists.of("admissions", {**lists.cinema(), **of_film}, first, last)

        lookups = {name.removeprefix("session__"): value for name, value in of_film.items()}
        shown = lists.of("screenings", {**lists.cinema("hall__cinema"), **lookups}, period.first, period.last)
        run = admissions(FIRST_DAY, period.last)
        return {
            **dict.fromkeys(("film", *OF_ADMISSIONS), admissions(period.first, period.last)),
            LAST_DAY.key: admissions(period.last, period.last),
            CHANGE.key: admissions(*before),
            **dict.fromkeys((RUN_ADMISSIONS.key, RUN_BOX_OFFICE.key), run),
            **dict.fromkeys((SCREENS.key, ADMISSIONS_PER_SCREEN.key, SCREENINGS.key, OCCUPANCY.key), shown),
        }

    return linked(table, lambda row: links({"session__film": row["key"]}), links({}))


def occupancy_links(period: Period, user: Any) -> list[list[str]]:
    """For each cell of the occupancy, a part of the day and a weekday: its tickets."""
    lists = Lists(user, period)
    return [
        [lists.of("occupancy", lists.cinema(), period.first, period.last, part, weekday) for weekday in range(7)]
        for part in range(4)
    ]


def money_links(table: Table, period: Period, user: Any) -> Table:
    """What came in leads to payments, what went back to refunds, and both together to orders, as the totals of all
    methods do. Money for gift cards belongs to no order.
    """
    lists = Lists(user, period)

    def of(figure: str, lookups: Lookups) -> str:
        return lists.of(figure, lookups, period.first, period.last)

    def links(row: Any) -> dict[str, str]:
        tender, cinema = row["key"], lists.cinema()
        if tender == Tender.POINTS:
            refunds = of("refunds_of_points", cinema)
            of_orders = of("paid_with_points", lists.cinema("cinema"))
            moved = of("points_moved", lists.cinema("cinema"))
            return {"received": of_orders, "refunds_made": refunds, "refunds": refunds, "takings": moved}
        if tender == Tender.BY_HAND:
            return {"paid_back": of("paid_by_hand", cinema)}
        refunds = of("refunds", {**cinema, "payment__gateway": tender})
        return {
            "received": of("received", {**cinema, "gateway__exact": tender}),
            "refunds_made": refunds,
            "refunds": refunds,
            "paid_back": of("paid_back", {**cinema, "payment__gateway": tender}),
            "takings": of(f"moved_by_{tender}", lists.cinema("cinema")),
        }

    of_orders = lists.cinema("cinema")
    refunds = of("all_refunds", lists.cinema())
    totals = {
        "received": of("all_received", of_orders),
        "takings": of("money_moved", of_orders),
        **dict.fromkeys(("refunds_made", "refunds"), refunds),
        "paid_back": of("all_paid_back", lists.cinema()),
    }
    return linked(table, links, totals)


def bar_links(table: Table, period: Period, user: Any) -> Table:
    """An item, or the bar as a whole, leads to what was sold of it, its stock to its movements."""
    lists = Lists(user, period)

    def sold(of_item: Lookups) -> dict[str, str]:
        url = lists.of("bar", {**lists.cinema(), **of_item}, period.first, period.last)
        return dict.fromkeys(BAR_CELLS, url)

    def links(row: Any) -> dict[str, str]:
        if "key" not in row:
            both = lists.of("orders_with_bar", lists.cinema("cinema"), period.first, period.last)
            return {**sold({}), STRIKE_RATE.key: both}
        moved = lists.of("stock", {}, FIRST_DAY, period.last, row["key"], 0)
        return {**sold({"concession_item": row["key"]}), **dict.fromkeys((IN_STOCK.key, DAYS_OF_STOCK.key), moved)}

    return linked(table, links, sold({}))


def losses_links(table: Table, period: Period, user: Any) -> Table:
    """What was written off or found missing leads to these movements of the stock."""
    lists = Lists(user, period)

    def moved(lookups: Lookups) -> dict[str, str]:
        return {key: lists.of(figure, lookups, period.first, period.last) for key, figure in LOSSES.items()}

    of_all = lists.cinema("concession_item__cinema")
    return linked(table, lambda row: moved({"concession_item": row["key"]}), moved(of_all))


def points_links(tables: list[Table], period: Period, user: Any) -> list[Table]:
    """Points by month lead to their transactions, and those that customers hold to their accounts."""
    lists = Lists(user, period)
    moved, held, expiring = tables

    def transactions(first: date, last: date) -> dict[str, str]:
        return {
            column: lists.of("points", {"transaction_type__exact": kind}, first, last)
            for kind, column in COLUMNS.items()
        }

    def of_month(row: Any) -> dict[str, str]:
        return transactions(max(row["month"], period.first), min(_last_day(row["month"], "month"), period.last))

    def accounts(first: date, last: date) -> dict[str, str]:
        """Of the points that expire in the months that begin on these days."""
        url = lists.of("points_expiring", {}, last_earned(first)[0], last_earned(last)[1])
        return dict.fromkeys(("month", "points", "accounts", "value"), url)

    today = timezone.localdate(period.at)
    lapsed = transactions(today - A_YEAR + A_DAY, today)["lapsed"]
    rows: Any = expiring.rows
    months = [row["month"] for row in rows]
    of_all = lists.of("points_held", {}, period.first, period.last)
    return [
        linked(moved, of_month, transactions(period.first, period.last)),
        linked(held, lambda _row: {**dict.fromkeys(HELD, of_all), BREAKAGE.key: lapsed}),
        linked(
            expiring,
            lambda row: accounts(row["month"], row["month"]),
            accounts(months[0], months[-1]) if months else {},
        ),
    ]


def _last_day(first: date, by: str) -> date:
    if by == "week":
        return first + timedelta(days=6)
    if by == "month":
        return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first
