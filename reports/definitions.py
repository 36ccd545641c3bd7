"""What every figure means, said once: pages show these sentences beside the figures, and exports carry them.

A `Definition` computes its figure from a row of sums, so that two reports never disagree about a name. The terms follow
the usual ones of cinema chains: admissions include free tickets and exclude refunded ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Sums = Mapping[str, Any]
Number = Decimal | int


class Unit(StrEnum):
    COUNT = "count"
    MONEY = "money"
    PERCENT = "percent"  # 12.5 is 12.5 %
    RATIO = "ratio"


@dataclass(frozen=True)
class Definition:
    """A figure: its name, what it means in one sentence, its unit, and how it follows from sums of measures."""

    key: str
    name: str | Promise
    sentence: str | Promise
    unit: Unit
    of: Callable[[Sums], Number | None]  # None where it would divide by 0


def _share(part: Number, whole: Number, places: str = "0.1", *, scale: int = 100) -> Decimal | None:
    return (Decimal(part) * scale / whole).quantize(Decimal(places)) if whole else None


def _each(amount: Number, number: Number) -> Decimal | None:
    return (Decimal(amount) / number).quantize(Decimal("0.01")) if number else None


def _box_office(row: Sums) -> Number:
    return row["gross"] - row["discount"] - row["refunded_value"]


def _expected(row: Sums) -> Number:
    value = row["points"] * row["point_value"]
    if not row["issued_in_year"]:
        return value
    kept = 1 - Decimal(row["lapsed_in_year"]) / row["issued_in_year"]
    return (value * max(kept, Decimal(0))).quantize(Decimal("0.01"))


ADMISSIONS = Definition(
    "admissions",
    _("Admissions"),
    _("Tickets sold and not refunded, free tickets included. They count on the day of the screening."),
    Unit.COUNT,
    lambda row: row["sold"] - row["refunded"],
)
BOX_OFFICE = Definition(
    "box_office",
    _("Box office"),
    _(
        "Price of the tickets less discounts and less refunded tickets, VAT included. What customers paid with points "
        "is part of it. It counts on the day of the screening."
    ),
    Unit.MONEY,
    _box_office,
)
NET_BOX_OFFICE = Definition(
    "net_box_office",
    _("Box office without VAT"),
    _("Box office less the VAT in the money paid, at the rate of the day of the screening."),
    Unit.MONEY,
    lambda row: _box_office(row) - row["vat"],
)
AVERAGE_TICKET = Definition(
    "average_ticket",
    _("Average ticket price"),
    _("Box office divided by admissions."),
    Unit.MONEY,
    lambda row: _each(_box_office(row), row["sold"] - row["refunded"]),
)
GROSS = Definition(
    "gross",
    _("Gross"),
    _("Price of everything sold, before discounts and refunds, VAT included."),
    Unit.MONEY,
    lambda row: row["gross"],
)
DISCOUNTS = Definition(
    "discounts", _("Discounts"), _("What promo codes took off the price."), Unit.MONEY, lambda row: row["discount"]
)
PAID_WITH_POINTS = Definition(
    "paid_with_points",
    _("Paid with points"),
    _("The part of the price that customers paid with points, refunded items included."),
    Unit.MONEY,
    lambda row: row["points"],
)
REFUNDED = Definition(
    "refunded",
    _("Value refunded"),
    _("Value of refunded tickets or items: their price less their discount."),
    Unit.MONEY,
    lambda row: row["refunded_value"],
)
REFUNDED_TICKETS = Definition(
    "refunded_tickets",
    _("Tickets refunded"),
    _("Tickets that were refunded, whenever that was; they count on the day of the screening."),
    Unit.COUNT,
    lambda row: row["refunded"],
)
COMPS = Definition(
    "comps",
    _("Free tickets"),
    _("Tickets with a price of 0 that were not refunded."),
    Unit.COUNT,
    lambda row: row["comps"],
)
NO_SHOW_RATE = Definition(
    "no_show_rate",
    _("No-shows"),
    _("Share of the admissions whose ticket was not scanned at the entrance."),
    Unit.PERCENT,
    lambda row: _share(row["no_shows"], row["used"] + row["no_shows"]),
)
OCCUPANCY = Definition(
    "occupancy",
    _("Occupancy"),
    _("Admissions divided by the seats of the screenings, free tickets included."),
    Unit.PERCENT,
    lambda row: _share(row["sold"] - row["refunded"], row["capacity"]),
)
SCREENINGS = Definition(
    "screenings",
    _("Screenings"),
    _("Past screenings that took place."),
    Unit.COUNT,
    lambda row: row["screenings"],
)
ADMISSIONS_PER_SCREENING = Definition(
    "per_screening",
    _("Admissions per screening"),
    _("Admissions divided by screenings."),
    Unit.RATIO,
    lambda row: _share(row["sold"] - row["refunded"], row["screenings"], scale=1),
)
CHANGE = Definition(
    "change",
    _("Change"),
    _("Admissions against those of the period of the same length just before."),
    Unit.PERCENT,
    lambda row: _share(row["admissions"] - row["before"], row["before"]),
)
WEEK_BEFORE = Definition(
    "week_before",
    _("A week before"),
    _("Box office of the same days of the week before."),
    Unit.MONEY,
    lambda row: row["week_before"],
)
CHANGE_FROM_WEEK = Definition(
    "change_from_week",
    _("Change"),
    _("Box office against that of the same days of the week before."),
    Unit.PERCENT,
    lambda row: _share(row["box_office"] - row["week_before"], row["week_before"]),
)
COMPARED = Definition(
    "compared",
    _("Compared with"),
    _("Box office of what the rows are compared with."),
    Unit.MONEY,
    lambda row: row["compared"],
)
COMPARED_CHANGE = Definition(
    "compared_change",
    _("Change"),
    _("Box office against that of what it is compared with."),
    Unit.PERCENT,
    lambda row: _share(row["box_office"] - row["compared"], row["compared"]),
)
VAT = Definition(
    "vat",
    _("VAT"),
    _("The VAT in the money paid and not refunded, at the rate of the day, rounded for each ticket or item."),
    Unit.MONEY,
    lambda row: row["vat"],
)
BAR_TAKINGS = Definition(
    "bar_takings",
    _("Bar takings"),
    _(
        "Price of the bar items less discounts and less refunded items, VAT included. They count on the day of the "
        "order’s first screening, or of its payment if it has no tickets."
    ),
    Unit.MONEY,
    _box_office,
)
BAR_UNITS = Definition(
    "bar_units",
    _("Units sold"),
    _("Bar items sold and not refunded."),
    Unit.COUNT,
    lambda row: row["sold"] - row["refunded"],
)
SPEND_PER_HEAD = Definition(
    "spend_per_head",
    _("Bar spend per head"),
    _("Bar takings divided by admissions."),
    Unit.MONEY,
    lambda row: _each(row["bar_takings"], row["admissions"]),
)
COST_OF_GOODS = Definition(
    "cost",
    _("Cost of goods"),
    _("What the sold units cost, at the average cost of the item when they left the stock."),
    Unit.MONEY,
    lambda row: row["cost"],
)
MARGIN = Definition(
    "margin",
    _("Margin"),
    _("Bar takings less VAT and less the cost of goods. Units of unknown cost count as free."),
    Unit.MONEY,
    lambda row: _box_office(row) - row["vat"] - row["cost"],
)
MARGIN_RATE = Definition(
    "margin_rate",
    _("Margin, %"),
    _("Margin divided by the bar takings less VAT."),
    Unit.PERCENT,
    lambda row: _share(_box_office(row) - row["vat"] - row["cost"], _box_office(row) - row["vat"]),
)
STRIKE_RATE = Definition(
    "strike_rate",
    _("Strike rate"),
    _("Share of the orders with tickets that have bar items too, by the day of payment, as bought."),
    Unit.PERCENT,
    lambda row: _share(row["with_both"], row["with_tickets"]),
)
SHRINKAGE = Definition(
    "shrinkage",
    _("Shrinkage"),
    _("Units that stock counts found missing; a negative number is a surplus."),
    Unit.COUNT,
    lambda row: -row["counted"],
)
SHRINKAGE_VALUE = Definition(
    "shrinkage_value",
    _("Shrinkage at cost"),
    _("What the missing units cost, at the average cost of the item."),
    Unit.MONEY,
    lambda row: -row["counted_value"],
)
WRITTEN_OFF = Definition(
    "written_off", _("Written off"), _("Units written off."), Unit.COUNT, lambda row: -row["written_off_units"]
)
WRITTEN_OFF_VALUE = Definition(
    "written_off_value",
    _("Written off at cost"),
    _("What the units written off cost, at the average cost of the item."),
    Unit.MONEY,
    lambda row: -row["written_off_amount"],
)
IN_STOCK = Definition("in_stock", _("In stock"), _("Units in stock now."), Unit.COUNT, lambda row: row["in_stock"])
DAYS_OF_STOCK = Definition(
    "days_of_stock",
    _("Days of stock"),
    _("For how many days the stock of now lasts if as much is sold a day as in the period."),
    Unit.RATIO,
    lambda row: _share(row["in_stock"] * row["days"], row["sold"] - row["refunded"], scale=1),
)
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
    lambda row: _share(row["lapsed_in_year"], row["issued_in_year"]),
)
EXPECTED_COST = Definition(
    "expected_cost",
    _("Expected to be spent"),
    _("The value of the points less the share that is expected to expire, by the breakage of the last 365 days."),
    Unit.MONEY,
    _expected,
)
RECEIVED = Definition(
    "received",
    _("Received"),
    _("Payments that arrived on the day, for whichever screening, before refunds. Points count as a payment method."),
    Unit.MONEY,
    lambda row: row["received"],
)
REFUNDS_MADE = Definition(
    "refunds_made",
    _("Refunds made"),
    _("Refunds decided on the day, whether or not the money has been paid back."),
    Unit.MONEY,
    lambda row: row["refunded"],
)
PAID_BACK = Definition(
    "paid_back",
    _("Paid back"),
    _("Refunds whose money went back to the customer on the day."),
    Unit.MONEY,
    lambda row: row["paid_back"],
)
TAKINGS = Definition(
    "takings",
    _("Takings"),
    _("Received less refunds made, by the day on which that happened."),
    Unit.MONEY,
    lambda row: row["received"] - row["refunded"],
)

VAT_OF_RECEIPTS = Definition(
    "receipt_vat",
    _("VAT of receipts"),
    _("The VAT in the lines of fiscal receipts, at the rate printed on them, rounded for each line."),
    Unit.MONEY,
    lambda row: row["vat"],
)
POINTS_MOVED = Definition(
    "points_moved",
    _("Points"),
    _("Points that customers got (+) or used (−) with orders of the cinema."),
    Unit.COUNT,
    lambda row: row["points"],
)

#: What pages show of each family, in this order.
TICKETS = (ADMISSIONS, BOX_OFFICE, NET_BOX_OFFICE, AVERAGE_TICKET, DISCOUNTS, REFUNDED, COMPS, NO_SHOW_RATE, VAT)
BAR = (BAR_UNITS, BAR_TAKINGS, DISCOUNTS, REFUNDED, VAT)
ITEM = (BAR_UNITS, BAR_TAKINGS, VAT, COST_OF_GOODS, MARGIN, MARGIN_RATE, IN_STOCK, DAYS_OF_STOCK)
STOCK = (WRITTEN_OFF, WRITTEN_OFF_VALUE, SHRINKAGE, SHRINKAGE_VALUE)
POINTS = (POINTS_ISSUED, POINTS_SPENT, POINTS_REVERSED, POINTS_LAPSED, POINTS_ADJUSTED)
POINTS_HELD = (HELD, HOLDERS, HELD_VALUE, BREAKAGE, EXPECTED_COST)
MONEY = (RECEIVED, REFUNDS_MADE, TAKINGS, PAID_BACK)
