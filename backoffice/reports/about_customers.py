"""Pages about customers: see `reports.catalogue.customers`."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from reports.catalogue import customers
from reports.reading import Period
from reports.tables import Chart, Table

Parts = Sequence[Table | Chart]


def month_parts(period: Period, _chosen: Any) -> Parts:
    """At most five queries."""
    return _with_charts(customers.by_month(period))


def cohort_parts(period: Period, _chosen: Any) -> Parts:
    """The map has all months, the table some of them, with the size of each cohort. At most four queries."""
    whole = customers.cohorts(period)
    shown = [each for each in whole.columns if each.key not in customers.BETWEEN]
    rows: Any = whole.rows
    return [*whole.charts, replace(whole, columns=shown, rows=rows)]


def group_parts(period: Period, _chosen: Any) -> Parts:
    """At most three queries."""
    return _with_charts(customers.groups(period))


def favourite_parts(period: Period, _chosen: Any) -> Parts:
    """A table of each kind. At most five queries."""
    whole = customers.favourites(period)
    rows: Any = whole.rows
    tables = [
        replace(
            whole,
            title=kind,
            subtitle=whole.subtitle,
            columns=whole.columns[1:],
            rows=list(of_kind),
            notes=[],
        )
        for kind, of_kind in groupby(rows, key=lambda row: row["kind"])
    ]
    return [*tables[:-1], replace(tables[-1], notes=whole.notes)] if tables else [whole]


def reminder_parts(period: Period, _chosen: Any) -> Parts:
    """Three queries."""
    by_month = customers.reminders_by_month(period)
    return [customers.reminder_effect(period), *_with_charts(by_month)]


def promocode_parts(period: Period, _chosen: Any) -> Parts:
    """Three queries."""
    return [customers.promocodes(period)]


def campaign_parts(period: Period, _chosen: Any) -> Parts:
    """Five queries at most."""
    return [customers.campaigns(period)]


def _with_charts(table: Table) -> Parts:
    """Without figures there is nothing to draw."""
    return [*table.charts, table] if table.rows else [table]
