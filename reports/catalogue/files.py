"""The reports that can be had as files, by the name that is stored with each file.

To add one, write a function that makes its `Table` of a `Period`, and a line in `REPORTS`. Its rows should be a
generator with `expected` set if there may be thousands of them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payments.models import LegalEntity
from reports.catalogue import (
    actions,
    bar,
    customers,
    day_sheet,
    drawings,
    lists,
    month_sheet,
    points,
    programme,
    segments,
)
from reports.catalogue.balances_now import balances
from reports.catalogue.comparing import against
from reports.catalogue.day_figures import day_figures
from reports.catalogue.months import Month
from reports.catalogue.sheets import money
from reports.catalogue.societies import societies
from reports.catalogue.takings import DIMENSIONS, dates_text, subtitle, takings
from reports.models import ReportFile
from reports.reading import Period
from reports.tables import Column, Table
from screenings.models import Cinema, Film

Parameters = Mapping[str, str]

FIGURES = "reports.view_businessday"
COSTS = "concessions.view_costs"


@dataclass(frozen=True)
class FileReport:
    """A report: its name for people, the permission to see its rows, and how its table is made."""

    title: str | Promise
    permission: str
    table: Callable[[Period, Parameters], Table]
    kept: timedelta | None = None  # of a report that names customers: it is not offered in the list of reports

    @property
    def permissions(self) -> tuple[str, ...]:
        """With the one to open pages of reports, where files are fetched."""
        return tuple({FIGURES: None, self.permission: None})


def listed(name: str) -> Callable[[Period, Parameters], Table]:
    return lambda period, _chosen: lists.LISTS[name](period).table()


def takings_file(period: Period, chosen: Parameters) -> Table:
    """As on the page: see `backoffice.reports.file_form`. `cinema` is the one that another is compared with."""
    by, compare = dimension(chosen), chosen.get("compare", "")
    cinemas = {str(cinema.pk): cinema for cinema in period.cinemas}
    keys = [chosen.get("film", ""), compare.partition("film:")[2]]
    films = {str(film.pk): film for film in Film.objects.filter(pk__in=[key for key in keys if key])}
    own = replace(period, cinemas=[cinemas[chosen["cinema"]]]) if chosen.get("cinema") in cinemas else period
    film, other = films.get(keys[0]), None
    if compare == "dates":
        other = date.fromisoformat(chosen["other_first"]), date.fromisoformat(chosen["other_last"])
    compared = against(own, compare, cinemas=cinemas, films=films, other=other)
    table = takings(own, by, film=film, against=compared)
    return replace(table, charts=[drawings.takings_chart(table, by, film=film, against=compared)])


def dimension(chosen: Parameters) -> str:
    """What the rows of takings are; days unless something else is chosen."""
    by = chosen.get("by", "")
    return by if by in DIMENSIONS else "day"


def films_file(period: Period, chosen: Parameters) -> Table:
    rank = chosen.get("rank", "")
    rank = rank if rank in programme.RANKED_BY else "period"
    table = programme.films(period, rank)
    return replace(table, charts=[drawings.films_chart(table, rank)])


def bar_file(period: Period, _chosen: Parameters) -> Table:
    whole, items = bar.bar(period, with_costs=True)
    more = [whole, bar.bought_together(period, items)]
    return replace(items, charts=[drawings.bar_chart(items, with_costs=True)], more=more)


def occupancy_file(period: Period, _chosen: Parameters) -> Table:
    chart = drawings.occupancy_chart(period)
    return replace(chart.table, subtitle=subtitle(period), charts=[chart])


def points_file(period: Period, _chosen: Parameters) -> Table:
    by_month, *more = points.points(period)
    about = dates_text(period.first, period.last)
    return replace(by_month, subtitle=about, notes=[_("Points of the whole chain.")], more=more)


def day_file(period: Period, _chosen: Parameters) -> Table:
    """The sheets of the last day of the period, one after the other."""
    found: list[Table] = []
    for cinema in period.cinemas:
        day = day_figures(cinema, period.last, at=period.at)
        if day is not None:
            tables = [*day_sheet.tables(day), day_sheet.refunds(day)]
            found += _named(tables, f"{cinema}, {dates_text(period.last, period.last)}")
    return _together(_("Day sheet"), found, period)


def month_file(period: Period, _chosen: Parameters) -> Table:
    """The sheets of the month in which the period ends: one for each legal entity."""
    entities: defaultdict[int | None, list[Cinema]] = defaultdict(list)
    for cinema in period.cinemas:
        entities[cinema.legal_entity_id].append(cinema)
    named = LegalEntity.objects.in_bulk(key for key in entities if key)
    found: list[Table] = []
    for key, cinemas in entities.items():
        month = Month(cinemas, period.last.replace(day=1))
        about = ", ".join(str(each) for each in cinemas)
        name = f"{named[key]} ({about})" if key else about
        found += _named(month_sheet.tables(month, with_costs=True), f"{name}, {month_sheet.title_of(month.first)}")
    return _together(_("Month sheet"), found, period)


def _named(tables: Iterable[Table], about: str) -> list[Table]:
    """Each says which sheet it belongs to."""
    return [replace(each, subtitle=f"{about}; {each.subtitle}" if each.subtitle else about) for each in tables]


def _together(title: str | Promise, tables: Sequence[Table], period: Period) -> Table:
    if not tables:
        return Table(title, [Column("day", _("Day"))], [], subtitle=subtitle(period))
    first, *more = tables
    return replace(first, title=f"{title}: {first.title}", more=more)


def actions_file(period: Period, _chosen: Parameters) -> Table:
    is_whole = not Cinema.objects.exclude(pk__in=[cinema.pk for cinema in period.cinemas]).exists()
    return replace(actions.actions(period, with_points=is_whole), more=[actions.comps(period)])


REPORTS: dict[str, FileReport] = {
    "takings": FileReport(_("Takings"), FIGURES, takings_file),
    "money": FileReport(_("Money by payment method"), FIGURES, lambda period, _chosen: money(period)),
    "films": FileReport(_("Films"), FIGURES, films_file),
    "occupancy": FileReport(_("Occupancy"), FIGURES, occupancy_file),
    "bar": FileReport(_("Bar"), COSTS, bar_file),
    "losses": FileReport(_("Losses of the bar"), COSTS, lambda period, _chosen: bar.losses(period, with_costs=True)),
    "points": FileReport(_("Points"), FIGURES, points_file),
    "customers": FileReport(_("Customers by month"), FIGURES, lambda period, _chosen: customers.by_month(period)),
    "cohorts": FileReport(_("Cohorts"), FIGURES, lambda period, _chosen: customers.cohorts(period)),
    "groups": FileReport(_("Groups of customers"), FIGURES, lambda period, _chosen: customers.groups(period)),
    "favourites": FileReport(_("Favourites"), FIGURES, lambda period, _chosen: customers.favourites(period)),
    "reminders": FileReport(_("No-shows and reminders"), FIGURES, lambda period, _chosen: customers.reminders(period)),
    "winback": FileReport(
        _("Promo codes that bring back"), FIGURES, lambda period, _chosen: customers.promocodes(period)
    ),
    "campaigns": FileReport(_("Campaigns"), FIGURES, lambda period, _chosen: customers.campaigns(period)),
    "segment": FileReport(_("Segment"), "reports.export_segment", segments.addresses, kept=segments.KEPT),
    "societies": FileReport(_("Owed to authors’ societies"), FIGURES, lambda period, _chosen: societies(period)),
    "day": FileReport(_("Day sheet"), FIGURES, day_file),
    "month": FileReport(_("Month sheet"), COSTS, month_file),
    "actions": FileReport(_("Actions to check"), FIGURES, actions_file),
    "balances": FileReport(_("Balances"), COSTS, lambda period, _chosen: balances(period)),
    "payments": FileReport(_("Payments"), "payments.view_payment", listed("payments")),
    "refunds": FileReport(_("Refunds"), "payments.view_refund", listed("refunds")),
    "receipts": FileReport(_("Receipts"), "payments.view_receipt", listed("receipts")),
    "stock": FileReport(_("Stock movements"), COSTS, listed("stock")),
    "point_changes": FileReport(_("Changes of points"), "bonuses.view_bonustransaction", listed("point_changes")),
}


def listed_reports() -> dict[str, FileReport]:
    """The reports that people may choose from a list, and have e-mailed: those that name no customers."""
    return {name: each for name, each in REPORTS.items() if each.kept is None}


def title_of(name: str) -> str:
    """The name of a report for people; of one that there is no more, the one that is stored."""
    return str(REPORTS[name].title) if name in REPORTS else name


def file_name(file: ReportFile) -> str:
    """What the file is called once it is downloaded or attached to an e-mail, in the current language."""
    return f"{title_of(file.report)} {file.first:%Y-%m-%d} – {file.last:%Y-%m-%d}.{file.format}"
