"""Balances at the end of a day."""

from django.utils.translation import gettext_lazy as _

from reports.definitions.basics import Definition, Unit
from reports.definitions.sources import (
    OF_ALL_DAYS,
    OF_CASH,
    OF_GIFT_CARDS,
    OF_MONEY,
    OF_PAYMENTS,
    OF_PAYOUTS,
    OF_PROVIDERS,
    OF_STOCK,
)

ADVANCES = Definition(
    "advances",
    _("Advances"),
    _("Money received for later screenings and their snacks: neither refunded nor earned yet."),
    Unit.MONEY,
    lambda row: row["advances"],
    formula=_("received − refunds made − money earned"),
    source=OF_ALL_DAYS,
)
ON_GIFT_CARDS = Definition(
    "on_gift_cards",
    _("On gift cards"),
    _("Money on the gift cards that the cinema sold: owed until they pay for orders. It is not among the advances."),
    Unit.MONEY,
    lambda row: row["on_gift_cards"],
    formula=_("cards sold − paid with them + refunded onto them"),
    source=OF_GIFT_CARDS,
)
STOCK_AT_COST = Definition(
    "stock_value",
    _("Stock at cost"),
    _("The value of the stock of the bar at moving average cost. Items whose cost was never entered have none."),
    Unit.MONEY,
    lambda row: row["stock_value"],
    formula=_("units in stock × average cost"),
    source=OF_STOCK,
)
CASH_IN_DRAWERS = Definition(
    "cash_in_drawers",
    _("Cash in drawers"),
    _("Cash in the drawers of shifts that are not counted yet, as their movements say."),
    Unit.MONEY,
    lambda row: row["cash_in_drawers"],
    formula=_("sum of the movements of cash"),
    source=OF_CASH,
)
CASH_IN_SAFE = Definition(
    "cash_in_safe",
    _("Cash in the safe"),
    _("What was dropped or handed in to the safe, less what was moved out of it."),
    Unit.MONEY,
    lambda row: row["cash_in_safe"],
    formula=_("sum of the movements of cash"),
    source=OF_CASH,
)
CHANGE_FUND = Definition(
    "change_fund",
    _("Change fund"),
    _("Cash from which shifts get their opening floats, and to which these return."),
    Unit.MONEY,
    lambda row: row["change_fund"],
    formula=_("sum of the movements of cash"),
    source=OF_CASH,
)
OVER_OR_SHORT = Definition(
    "over_or_short",
    _("Over or short"),
    _("What was counted in drawers beyond what should be there; negative if cash is short."),
    Unit.MONEY,
    lambda row: row["over_or_short"],
    formula=_("cash counted − cash expected"),
    source=OF_CASH,
)
TAKEN = Definition(
    "taken",
    _("Accepted"),
    _("Payments that arrived through the provider."),
    Unit.MONEY,
    lambda row: row["taken"],
    formula=_("sum of payments"),
    source=OF_PAYMENTS,
)
RETURNED = Definition(
    "returned",
    _("Sent back"),
    _("Refunds that the provider has paid back, without those paid out by staff."),
    Unit.MONEY,
    lambda row: row["returned"],
    formula=_("sum of refunds paid back"),
    source=OF_MONEY,
)
FEES = Definition(
    "fees",
    _("Fees"),
    _("Fees that the provider kept, as its payout files say."),
    Unit.MONEY,
    lambda row: row["fees"],
    formula=_("sum of fees"),
    source=OF_PAYOUTS,
)
PAID_OUT = Definition(
    "paid_out",
    _("Paid out"),
    _("Payments less refunds and fees in the provider’s payout files, as far as our records have them."),
    Unit.MONEY,
    lambda row: row["payments"] - row["refunds"] - row["fees"],
    formula=_("payments − refunds − fees"),
    source=OF_PAYOUTS,
)
OWED_BY_PROVIDERS = Definition(
    "owed_by_providers",
    _("Owed by providers"),
    _("What payment providers still have to pay out: taken, less refunded, less paid out, less fees."),
    Unit.MONEY,
    lambda row: row["taken"] - row["returned"] - row["payments"] + row["refunds"],
    formula=_("accepted − sent back − paid out − fees"),
    source=OF_PROVIDERS,
)
