"""Balances at the end of a day."""

from django.utils.translation import gettext_lazy as _

from reports.definitions.basics import Definition, Unit

ADVANCES = Definition(
    "advances",
    _("Advances"),
    _("Money received for later screenings and their snacks: neither refunded nor earned yet."),
    Unit.MONEY,
    lambda row: row["advances"],
)
STOCK_AT_COST = Definition(
    "stock_value",
    _("Stock at cost"),
    _("The value of the stock of the bar at moving average cost. Items whose cost was never entered have none."),
    Unit.MONEY,
    lambda row: row["stock_value"],
)
TAKEN = Definition(
    "taken",
    _("Accepted"),
    _("Payments that arrived through the provider."),
    Unit.MONEY,
    lambda row: row["taken"],
)
RETURNED = Definition(
    "returned",
    _("Sent back"),
    _("Refunds that the provider has paid back, without those paid out by staff."),
    Unit.MONEY,
    lambda row: row["returned"],
)
FEES = Definition(
    "fees",
    _("Fees"),
    _("Fees that the provider kept, as its payout files say."),
    Unit.MONEY,
    lambda row: row["fees"],
)
PAID_OUT = Definition(
    "paid_out",
    _("Paid out"),
    _("Payments less refunds and fees in the provider’s payout files, as far as our records have them."),
    Unit.MONEY,
    lambda row: row["payments"] - row["refunds"] - row["fees"],
)
OWED_BY_PROVIDERS = Definition(
    "owed_by_providers",
    _("Owed by providers"),
    _("What payment providers still have to pay out: taken, less refunded, less paid out, less fees."),
    Unit.MONEY,
    lambda row: row["taken"] - row["returned"] - row["payments"] + row["refunds"],
)
