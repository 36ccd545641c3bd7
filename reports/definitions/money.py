"""Money and receipts."""

from django.utils.translation import gettext_lazy as _

from reports.definitions.basics import Definition, Unit
from reports.definitions.sources import OF_LINES, OF_MONEY, OF_PAYMENTS, OF_RECEIPTS, OF_REFUNDS, OF_TICKETS

EARNED = Definition(
    "earned",
    _("Money earned"),
    _("Price less discounts, points and refunds: the money kept for screenings and bar items, by their day."),
    Unit.MONEY,
    lambda row: row["gross"] - row["discount"] - row["points"] - row["refunded_money"],
    formula=_("price − discounts − points − money refunded"),
    source=OF_LINES,
)
RECEIVED = Definition(
    "received",
    _("Received"),
    _("Payments that arrived on the day, for whichever screening, before refunds. Points count as a payment method."),
    Unit.MONEY,
    lambda row: row["received"],
    formula=_("sum of payments"),
    source=OF_PAYMENTS,
)
REFUNDS_MADE = Definition(
    "refunds_made",
    _("Refunds made"),
    _("Refunds decided on the day, whether or not the money has been paid back."),
    Unit.MONEY,
    lambda row: row["refunded"],
    formula=_("sum of refunds"),
    source=OF_REFUNDS,
)
PAID_BACK = Definition(
    "paid_back",
    _("Paid back"),
    _("Refunds whose money went back to the customer on the day."),
    Unit.MONEY,
    lambda row: row["paid_back"],
    formula=_("sum of refunds paid back"),
    source=OF_MONEY,
)
TAKINGS = Definition(
    "takings",
    _("Takings"),
    _("Received less refunds made, by the day on which that happened."),
    Unit.MONEY,
    lambda row: row["received"] - row["refunded"],
    formula=_("received − refunds made"),
    source=OF_MONEY,
)

VAT_OF_RECEIPTS = Definition(
    "receipt_vat",
    _("VAT of receipts"),
    _("The VAT in the lines of fiscal receipts, at the rate printed on them, rounded for each line."),
    Unit.MONEY,
    lambda row: row["vat"],
    formula=_("sum of price × quantity × rate ÷ (100 + rate)"),
    source=OF_RECEIPTS,
)
OWED_TO_SOCIETIES = Definition(
    "owed",
    _("Owed to authors’ societies"),
    _("The rate of the society on the day of the screening, of the box office with or without VAT, rounded per rate."),
    Unit.MONEY,
    lambda row: row["owed"],
    formula=_("box office × rate of the society"),
    source=OF_TICKETS,
)
