"""Points."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from reports.definitions.basics import Definition, Number, Sums, Unit, share


def _expected(row: Sums) -> Number:
    value = row["points"] * row["point_value"]
    if not row["issued_in_year"]:
        return value
    kept = 1 - Decimal(row["lapsed_in_year"]) / row["issued_in_year"]
    return (value * max(kept, Decimal(0))).quantize(Decimal("0.01"))


POINTS_ISSUED = Definition(
    "issued", _("Issued"), _("Points credited for orders."), Unit.COUNT, lambda row: row["issued"]
)
POINTS_SPENT = Definition(
    "spent",
    _("Spent"),
    _("Points taken to pay for orders, as a negative number."),
    Unit.COUNT,
    lambda row: row["spent"],
)
POINTS_REVERSED = Definition(
    "reversed",
    _("Reversed"),
    _("Points that came back from cancelled or refunded orders, less those taken back that were earned with them."),
    Unit.COUNT,
    lambda row: row["reversed"],
)
POINTS_LAPSED = Definition(
    "lapsed", _("Expired"), _("Points that expired, as a negative number."), Unit.COUNT, lambda row: row["lapsed"]
)
POINTS_ADJUSTED = Definition(
    "adjusted", _("Adjusted"), _("Points added or taken by staff."), Unit.COUNT, lambda row: row["adjusted"]
)
HELD = Definition("points_held", _("Points held"), _("Points of all customers."), Unit.COUNT, lambda row: row["points"])
DEBTS = Definition(
    "points_owed",
    _("Points owed by customers"),
    _("Points that refunds took back beyond what customers held; their next points are set off against these."),
    Unit.COUNT,
    lambda row: row["owed"],
)
HOLDERS = Definition(
    "holders", _("Customers"), _("Customers who have points."), Unit.COUNT, lambda row: row["accounts"]
)
HELD_VALUE = Definition(
    "held_value",
    _("Value"),
    _("What the points pay if they are all spent."),
    Unit.MONEY,
    lambda row: row["points"] * row["point_value"],
)
BREAKAGE = Definition(
    "breakage",
    _("Breakage"),
    _("Points that expired in the last 365 days, as a share of those issued in that time."),
    Unit.PERCENT,
    lambda row: share(row["lapsed_in_year"], row["issued_in_year"]),
)
EXPECTED_COST = Definition(
    "expected_cost",
    _("Expected to be spent"),
    _("The value of the points less the share that is expected to expire, by the breakage of the last 365 days."),
    Unit.MONEY,
    _expected,
)
POINTS_MOVED = Definition(
    "points_moved",
    _("Points"),
    _("Points that customers got (+) or used (−) with orders of the cinema."),
    Unit.COUNT,
    lambda row: row["points"],
)
