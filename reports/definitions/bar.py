"""The bar."""

from django.utils.translation import gettext_lazy as _

from reports.definitions.basics import Definition, Unit, each, share, value_of_sales
from reports.definitions.sources import OF_BAR, OF_BAR_AND_TICKETS, OF_ITEMS, OF_ORDERS, OF_STOCK

BAR_TAKINGS = Definition(
    "bar_takings",
    _("Bar takings"),
    _(
        "Price of the bar items less discounts and less refunded items, VAT included. They count on the day of the "
        "order’s first screening, or of its payment if it has no tickets."
    ),
    Unit.MONEY,
    value_of_sales,
    formula=_("price − discounts − value refunded"),
    source=OF_BAR,
)
BAR_UNITS = Definition(
    "bar_units",
    _("Units sold"),
    _("Bar items sold and not refunded."),
    Unit.COUNT,
    lambda row: row["sold"] - row["refunded"],
    formula=_("units sold − units refunded"),
    source=OF_BAR,
)
SPEND_PER_HEAD = Definition(
    "spend_per_head",
    _("Bar spend per head"),
    _("Bar takings divided by admissions."),
    Unit.MONEY,
    lambda row: each(row["bar_takings"], row["admissions"]),
    formula=_("bar takings ÷ admissions"),
    source=OF_BAR_AND_TICKETS,
)
COST_OF_GOODS = Definition(
    "cost",
    _("Cost of goods"),
    _("What the sold units cost, at the average cost of the item when they left the stock."),
    Unit.MONEY,
    lambda row: row["cost"],
    formula=_("units sold × average cost"),
    source=OF_BAR,
)
MARGIN = Definition(
    "margin",
    _("Margin"),
    _("Bar takings less VAT and less the cost of goods. Units of unknown cost count as free."),
    Unit.MONEY,
    lambda row: value_of_sales(row) - row["vat"] - row["cost"],
    formula=_("bar takings − VAT − cost of goods"),
    source=OF_BAR,
)
MARGIN_RATE = Definition(
    "margin_rate",
    _("Margin, %"),
    _("Margin divided by the bar takings less VAT."),
    Unit.PERCENT,
    lambda row: share(value_of_sales(row) - row["vat"] - row["cost"], value_of_sales(row) - row["vat"]),
    formula=_("margin ÷ (bar takings − VAT)"),
    source=OF_BAR,
)
STRIKE_RATE = Definition(
    "strike_rate",
    _("Strike rate"),
    _("Share of the orders with tickets that have bar items too, by the day of payment, as bought."),
    Unit.PERCENT,
    lambda row: share(row["with_both"], row["with_tickets"]),
    formula=_("orders with tickets and bar items ÷ orders with tickets"),
    source=OF_ORDERS,
)
SHRINKAGE = Definition(
    "shrinkage",
    _("Shrinkage"),
    _("Units that stock counts found missing; a negative number is a surplus."),
    Unit.COUNT,
    lambda row: -row["counted"],
    formula=_("units expected − units counted"),
    source=OF_STOCK,
)
SHRINKAGE_VALUE = Definition(
    "shrinkage_value",
    _("Shrinkage at cost"),
    _("What the missing units cost, at the average cost of the item."),
    Unit.MONEY,
    lambda row: -row["counted_value"],
    formula=_("shrinkage × average cost"),
    source=OF_STOCK,
)
WRITTEN_OFF = Definition(
    "written_off",
    _("Written off"),
    _("Units written off."),
    Unit.COUNT,
    lambda row: -row["written_off_units"],
    formula=_("sum of units written off"),
    source=OF_STOCK,
)
WRITTEN_OFF_VALUE = Definition(
    "written_off_value",
    _("Written off at cost"),
    _("What the units written off cost, at the average cost of the item."),
    Unit.MONEY,
    lambda row: -row["written_off_amount"],
    formula=_("units written off × average cost"),
    source=OF_STOCK,
)
IN_STOCK = Definition(
    "in_stock",
    _("In stock"),
    _("Units in stock now."),
    Unit.COUNT,
    lambda row: row["in_stock"],
    formula=_("units in stock"),
    source=OF_ITEMS,
)
DAYS_OF_STOCK = Definition(
    "days_of_stock",
    _("Days of stock"),
    _("For how many days the stock of now lasts if as much is sold a day as in the period."),
    Unit.RATIO,
    lambda row: share(row["in_stock"] * row["days"], row["sold"] - row["refunded"], scale=1),
    formula=_("in stock × days of the period ÷ units sold"),
    source=OF_BAR,
)
