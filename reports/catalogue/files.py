"""The reports that can be had as files, by the name that is stored with each file.

To add one, write a function that makes its `Table` of a `Period`, and a line in `REPORTS`. Its rows should be a
generator with `expected` set if there may be thousands of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.catalogue import bar, customers, drawings, lists, points, programme, segments
from reports.catalogue.balances_now import balances
from reports.catalogue.sheets import money
from reports.catalogue.societies import societies
from reports.catalogue.takings import DIMENSIONS, dates_text, subtitle, takings
from reports.models import ReportFile
from reports.reading import Period
from reports.tables import Table

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
    by = dimension(chosen)
    table = takings(period, by)
    return replace(table, charts=[drawings.takings_chart(table, by)])


def dimension(chosen: Parameters) -> str:
    """What the rows of takings are; days unless something else is chosen."""
    by = chosen.get("by", "")
    return by if by in DIMENSIONS else "day"


def films_file(period: Period, _chosen: Parameters) -> Table:
    table = programme.films(period)
    return replace(table, charts=[drawings.films_chart(table)])


def bar_file(period: Period, _chosen: Parameters) -> Table:
    whole, items = bar.bar(period, with_costs=True)
    return replace(items, charts=[drawings.bar_chart(items, with_costs=True)], notes=[*items.notes, *whole.notes])


def occupancy_file(period: Period, _chosen: Parameters) -> Table:
    chart = drawings.occupancy_chart(period)
    return replace(chart.table, subtitle=subtitle(period), charts=[chart])


def points_file(period: Period, _chosen: Parameters) -> Table:
    by_month, _held, _expiring = points.points(period)
    return replace(by_month, subtitle=dates_text(period.first, period.last), notes=[_("Points of the whole chain.")])


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
