"""Pages for the books: the sheets of a day and of a month, and actions to check."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from reports.catalogue import actions, balances, day_sheet, month_sheet
from reports.catalogue.balances_now import balances_of
from reports.catalogue.day_figures import DayFigures, day_figures
from reports.catalogue.files import REPORTS
from reports.catalogue.lists import LISTS
from reports.catalogue.months import Month
from reports.reading import Period
from reports.tables import Kind, Link, Table, cell_text


@dataclass(frozen=True)
class Part:
    """A piece of a page that is neither a table nor a chart. `{{ part }}` in a template shows it."""

    template: str
    context: dict[str, Any]

    def __html__(self) -> SafeString:
        return render_to_string(self.template, self.context)

    __str__ = __html__


def day_parts(period: Period, _chosen: Any) -> Sequence[Any]:
    """The sheet of a day. At most ten queries."""
    [cinema] = period.cinemas
    date, today = period.first, cinema.business_date(period.at)
    day = day_figures(cinema, date, at=period.at)
    steps = {name: date + timedelta(days=days) for name, days in (("before", -1), ("after", 1))}
    context: dict[str, Any] = {
        "day": day,
        "cinema": cinema,
        "date": date,
        "links": {
            name: f"?{urlencode({'cinema': str(cinema.pk), 'day': step.isoformat()})}"
            for name, step in steps.items()
            if step <= today
        },
    }
    head = Part("backoffice/reports/day_head.html", context)
    if day is None:
        return [head]
    return [
        head,
        *day_sheet.tables(day),
        with_links(day_sheet.refunds(day)),
        Part("backoffice/reports/day_foot.html", {"refunds": refunds_of(day)}),
    ]


def month_parts(period: Period, chosen: Any) -> Sequence[Any]:
    """The sheet of a month. Ten queries."""
    month = Month(period.cinemas, period.first)
    tables = month_sheet.tables(month, with_costs=chosen["user"].has_perm("concessions.view_costs"))
    context = {
        "month": month,
        "title": month_sheet.title_of(month.first),
        "open": month.closed_until is None or month.closed_until < month.last,
    }
    return [_entity_head(period, context), *tables]


def balances_parts(period: Period, chosen: Any) -> Sequence[Any]:
    """At most four queries; as of now ten."""
    found = balances_of(period.cinemas, period)
    tables = balances.tables(found, with_costs=chosen["user"].has_perm("concessions.view_costs"))
    title = cell_text(period.last, Kind.DATE)
    return [_entity_head(period, {"title": title}), *tables]


def _entity_head(period: Period, context: dict[str, Any]) -> Part:
    entities = {cinema.legal_entity for cinema in period.cinemas}
    context |= {
        "entity": next(iter(entities)) if len(entities) == 1 else None,
        "cinemas": ", ".join(str(cinema) for cinema in period.cinemas),
    }
    return Part("backoffice/reports/month_head.html", context)


def lists_parts(period: Period, chosen: Any) -> Sequence[Any]:
    """The first rows of a list, and its sums. Three queries."""
    name = chosen.get("report") or next(iter(LISTS))
    if not chosen["user"].has_perm(REPORTS[name].permission):
        raise PermissionDenied
    return [LISTS[name](period).first_rows()]


def actions_parts(period: Period, chosen: Any) -> Sequence[Any]:
    """At most seven queries."""
    return [actions.actions(period, with_points=chosen["user"].all_cinemas), actions.comps(period)]


def with_links(refunds: Table) -> Table:
    """The orders lead to their pages."""
    rows: Any = refunds.rows
    return replace(refunds, rows=[{**row, "order": order_link(row["order"], row["order_id"])} for row in rows])


def order_link(number: str, pk: int) -> Link:
    return Link(number, reverse("admin:orders_order_change", args=[pk]))


def refunds_of(day: DayFigures) -> str:
    """The list of all refunds of the day."""
    chosen = {
        "requested_at__gte": day.day.starts_at.isoformat(),
        "requested_at__lt": day.day.ends_at.isoformat(),
        "order__cinema": str(day.cinema.pk),
    }
    return f"{reverse('admin:payments_refund_changelist')}?{urlencode(chosen)}"
