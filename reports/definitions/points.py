"""Points."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from reports.definitions.basics import Definition, Number, Sums, Unit, share
from reports.definitions.sources import OF_ACCOUNTS, OF_POINTS


def _expected(row: Sums) -> Number:
    value = row["points"] * row["point_value"]
    if not row["issued_in_year"]:
        return value
    kept = 1 - Decimal(row["lapsed_in_year"]) / row["issued_in_year"]
    return (value * max(kept, Decimal(0))).quantize(Decimal("0.01"))


POINTS_ISSUED = Definition(
    "issued",
    _("Issued"),
    _("Points credited for orders."),
    Unit.COUNT,
    lambda row: row["issued"],
    formula=_("sum of points credited"),
    source=OF_POINTS,
)
POINTS_SPENT = Definition(
    "spent",
    _("Spent"),
    _("Points taken to pay for orders, as a negative number."),
    Unit.COUNT,
    lambda row: row["spent"],
    formula=_("sum of points spent"),
    source=OF_POINTS,
)
POINTS_REVERSED = Definition(
    "reversed",
    _("Reversed"),
    _("Points that came back from cancelled or refunded orders, less those taken back that were earned with them."),
    Unit.COUNT,
    lambda row: row["reversed"],
    formula=_("points given back − points taken back"),
    source=OF_POINTS,
)
POINTS_LAPSED = Definition(
    "lapsed",
    _("Expired"),
    _("Points that expired, as a negative number."),
    Unit.COUNT,
    lambda row: row["lapsed"],
    formula=_("sum of points that expired"),
    source=OF_POINTS,
)
POINTS_ADJUSTED = Definition(
    "adjusted",
    _("Adjusted"),
    _("Points added or taken by staff."),
    Unit.COUNT,
    lambda row: row["adjusted"],
    formula=_("points added by staff − points taken by staff"),
    source=OF_POINTS,
)
HELD = Definition(
    "points_held",
    _("Points held"),
    _("Points of all customers."),
    Unit.COUNT,
    lambda row: row["points"],
    formula=_("sum of the points in all accounts"),
    source=OF_ACCOUNTS,
)
DEBTS = Definition(
    "points_owed",
    _("Points owed by customers"),
    _("Points that refunds took back beyond what customers held; their next points are set off against these."),
    Unit.COUNT,
    lambda row: row["owed"],
    formula=_("sum of the debts of all accounts"),
    source=OF_ACCOUNTS,
)
HOLDERS = Definition(
    "holders",
    _("Customers"),
    _("Customers who have points."),
    Unit.COUNT,
    lambda row: row["accounts"],
    formula=_("number of accounts with points"),
    source=OF_ACCOUNTS,
)
HELD_VALUE = Definition(
    "held_value",
    _("Value"),
    _("What the points pay if they are all spent."),
    Unit.MONEY,
    lambda row: row["points"] * row["point_value"],
    formula=_("points held × value of a point"),
    source=OF_ACCOUNTS,
)
BREAKAGE = Definition(
    "breakage",
    _("Breakage"),
    _("Points that expired in the last 365 days, as a share of those issued in that time."),
    Unit.PERCENT,
    lambda row: share(row["lapsed_in_year"], row["issued_in_year"]),
    formula=_("points expired in 365 days ÷ points issued in 365 days"),
    source=OF_POINTS,
)
EXPECTED_COST = Definition(
    "expected_cost",
    _("Expected to be spent"),
    _("The value of the points less the share that is expected to expire, by the breakage of the last 365 days."),
    Unit.MONEY,
    _expected,
    formula=_("value × (1 − breakage)"),
    source=OF_ACCOUNTS,
)
POINTS_MOVED = Definition(
    "points_moved",
    _("Points"),
    _("Points that customers got (+) or used (−) with orders of the cinema."),
    Unit.COUNT,
    lambda row: row["points"],
    formula=_("points credited − points spent"),
    source=OF_POINTS,
)
