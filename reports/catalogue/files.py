"""The reports that can be had as files, by the name that is stored with each file.

To add one, write a function that makes its `Table` of a `Period`, and a line in `REPORTS`. Its rows should be a
generator with `expected` set if there may be thousands of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.catalogue import lists, programme
from reports.catalogue.balances import balances
from reports.catalogue.sheets import money
from reports.catalogue.societies import societies
from reports.catalogue.takings import DIMENSIONS, takings
from reports.reading import Period
from reports.tables import Table

Parameters = Mapping[str, str]


@dataclass(frozen=True)
class FileReport:
    """A report: its name for people, the permission to see its rows, and how its table is made."""

    title: str | Promise
    permission: str
    table: Callable[[Period, Parameters], Table]


FIGURES = "reports.view_businessday"


def listed(name: str) -> Callable[[Period, Parameters], Table]:
    return lambda period, _chosen: lists.LISTS[name](period).table()


REPORTS: dict[str, FileReport] = {
    "takings": FileReport(_("Takings"), FIGURES, lambda period, chosen: takings(period, dimension(chosen))),
    "money": FileReport(_("Money by payment method"), FIGURES, lambda period, _chosen: money(period)),
    "films": FileReport(_("Films"), FIGURES, lambda period, _chosen: programme.films(period)),
    "societies": FileReport(_("Owed to authors’ societies"), FIGURES, lambda period, _chosen: societies(period)),
    "balances": FileReport(_("Balances"), "concessions.view_costs", lambda period, _chosen: balances(period)),
    "payments": FileReport(_("Payments"), "payments.view_payment", listed("payments")),
    "refunds": FileReport(_("Refunds"), "payments.view_refund", listed("refunds")),
    "receipts": FileReport(_("Receipts"), "payments.view_receipt", listed("receipts")),
    "stock": FileReport(_("Stock movements"), "concessions.view_costs", listed("stock")),
    "points": FileReport(_("Changes of points"), "bonuses.view_bonustransaction", listed("points")),
}


def dimension(chosen: Parameters) -> str:
    """What the rows of takings are; days unless something else is chosen."""
    by = chosen.get("by", "")
    return by if by in DIMENSIONS else "day"
