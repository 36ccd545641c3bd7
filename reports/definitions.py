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
MONEY = (RECEIVED, REFUNDS_MADE, TAKINGS, PAID_BACK)
