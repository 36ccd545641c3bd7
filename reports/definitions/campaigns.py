"""Campaigns: what their links and promo codes brought."""

from django.utils.translation import gettext_lazy as _

from reports.definitions.basics import Definition, Unit

BOUGHT = _("Paid orders of anybody, by the month of the payment; each night.")

LINK_VISITS = Definition(
    "link_visits",
    _("Visits by the link"),
    _("How often the shop was opened by the link: once a day for each browser, without machines that say so."),
    Unit.COUNT,
    lambda row: row["visits"],
    formula=_("first pages opened by the link"),
    source=_("Pages of the shop, by date."),
)
CAMPAIGN_ORDERS = Definition(
    "campaign_orders",
    _("Paid orders"),
    _("Orders placed within a day after the link was opened, and others with the promo code."),
    Unit.COUNT,
    lambda row: row["orders"],
    formula=_("orders by the link + other orders with the code"),
    source=BOUGHT,
)
LINK_ORDERS = Definition(
    "link_orders",
    _("Of them by the link"),
    _("Orders placed within a day after the link was opened, in the same browser."),
    Unit.COUNT,
    lambda row: row["by_link"],
    formula=_("orders by the link"),
    source=BOUGHT,
)
CAMPAIGN_TAKINGS = Definition(
    "campaign_takings",
    _("Takings"),
    _("What these orders made, the bar included, less refunds, without points."),
    Unit.MONEY,
    lambda row: row["takings"],
    formula=_("amounts paid − refunds of lines"),
    source=BOUGHT,
)
