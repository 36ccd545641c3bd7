"""The charts of reports, for pages and files alike. No query, except for the heat map of occupancy."""

from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from reports import charts, definitions
from reports.catalogue import programme
from reports.catalogue.takings import KINDS, Against, shows_bar
from reports.charts.heat_maps import Links
from reports.reading import Period
from reports.tables import Chart, Kind, Table
from screenings.models import Film

MOST_RANKED = 10
WIDEST = 40  # characters of names that there is room for below upright bars on a phone


def takings_chart(table: Table, by: str, *, film: Film | None = None, against: Against | None = None) -> Chart:
    """Box office and bar, or with `against` both sides of the comparison. `table` is that of `takings`.

    Names are too long to stand below upright bars, so many of them are ranked by box office, the highest first; of
    those that are compared, only the highest are drawn.
    """
    rows: list[Any] = list(table.rows)
    box_office, names = definitions.BOX_OFFICE, [str(row["group"]) for row in rows]
    if table.columns[0].kind is not Kind.DATE and not against and max(map(len, names), default=0) * len(rows) > WIDEST:
        best = sorted(rows, key=lambda row: row[box_office.key], reverse=True)[:MOST_RANKED]
        return charts.ranking(box_office.name, [(row["group"], row[box_office.key]) for row in best])
    if against and table.columns[0].kind is not Kind.DATE:
        best = sorted(rows, key=lambda row: max(row[box_office.key], row[definitions.COMPARED.key]), reverse=True)
        rows = [row for row in rows if row in best[:MOST_RANKED]]
    series: dict[Any, Any] = {box_office.name: [row[box_office.key] for row in rows]}
    draw = charts.stacked
    if against:
        series[against.name] = [row[definitions.COMPARED.key] for row in rows]
        draw = charts.lines if table.columns[0].kind is Kind.DATE and len(rows) > 1 else charts.grouped
    elif shows_bar(by, film):
        bar_takings = definitions.BAR_TAKINGS
        series[bar_takings.name] = [row[bar_takings.key] for row in rows]
    return draw(_("Takings"), [row["group"] for row in rows], series, label=table.columns[0])


def films_chart(table: Table, rank: str = "period") -> Chart:
    """`table` is that of `films`, ranked in the same way."""
    ranked_by = programme.RANKED_BY[rank]
    return _ranking(_("Most admissions"), table, "film", ranked_by.key, kind=KINDS[ranked_by.unit])


def bar_chart(items: Table, *, with_costs: bool) -> Chart:
    """`items` is the table of items that `bar` makes."""
    if with_costs:
        return _ranking(_("Highest margin"), items, "item", definitions.MARGIN.key)
    return _ranking(_("Highest takings"), items, "item", definitions.BAR_TAKINGS.key)


def occupancy_chart(period: Period, *, links: Links = ()) -> Chart:
    grid = programme.occupancy(period)
    weekdays: dict[str | Promise, Any] = {WEEKDAYS[day]: [row[day] for row in grid] for day in range(7)}
    return charts.heat_map(_("Occupancy"), [name for name, _start in programme.DAYPARTS], weekdays, links=links)


def _ranking(title: str, table: Table, name: str, key: str, *, kind: Kind = Kind.MONEY) -> Chart:
    rows: list[Any] = list(table.rows)[:MOST_RANKED]
    return charts.ranking(title, [(row[name], row[key]) for row in rows], kind=kind)
