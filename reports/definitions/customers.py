"""Customers: how many come, come back, and stay away."""

from django.utils.translation import gettext_lazy as _

from reports.definitions.basics import Definition, Sums, Unit, each, share

KNOWN = _("Paid orders with an account or an e-mail address; each night.")
TICKETS_PAST = _("All tickets of past screenings, sold to anybody; each night.")


def kept(row: Sums) -> int:
    return row["sold"] - row["refunded"]


def _customers(key: str, name: object, sentence: object, formula: object) -> Definition:
    return Definition(
        key,
        name,  # type: ignore[arg-type]
        sentence,  # type: ignore[arg-type]
        Unit.COUNT,
        lambda row: row[key],
        formula=formula,  # type: ignore[arg-type]
        source=KNOWN,
    )


ACTIVE_CUSTOMERS = _customers(
    "active",
    _("Active customers"),
    _("Known customers who had a ticket, not refunded, for a screening in the month."),
    _("new + returning"),
)
NEW_CUSTOMERS = _customers(
    "new",
    _("New customers"),
    _("Customers whose first visit was in the month."),
    _("customers with no visit before the month"),
)
RETURNING_CUSTOMERS = _customers(
    "returning",
    _("Returning customers"),
    _("Customers who visited in the month and in an earlier one."),
    _("active − new"),
)
WON_BACK = _customers(
    "won_back",
    _("Back after a long time"),
    _("Returning customers who had not visited for more than 180 days."),
    _("customers whose last visit before was more than 180 days earlier"),
)
RETURN_RATE = Definition(
    "return_rate",
    _("Share of returning"),
    _("How many of the active customers had visited before."),
    Unit.PERCENT,
    lambda row: share(row["returning"], row["active"]),
    formula=_("returning ÷ active"),
    source=KNOWN,
)
VISITS = Definition(
    "visits",
    _("Visits"),
    _("Days on which a known customer had tickets, whether they were scanned or not."),
    Unit.COUNT,
    lambda row: row["visits"],
    formula=_("customers × days with a ticket that was not refunded"),
    source=KNOWN,
)
VISITS_PER_CUSTOMER = Definition(
    "visits_per_customer",
    _("Visits per customer"),
    _("How often an active customer came in the month."),
    Unit.RATIO,
    lambda row: each(row["visits"], row["active"]),
    formula=_("visits ÷ active customers"),
    source=KNOWN,
)
RETENTION = Definition(
    "retention",
    _("Came again"),
    _("Of the customers whose first visit was in the month of the row, how many visited so many months later."),
    Unit.PERCENT,
    lambda row: share(row["customers"], row["whole"]),
    formula=_("customers of the cohort who visited in the month ÷ customers of the cohort"),
    source=KNOWN,
)
COHORT = Definition(
    "cohort_size",
    _("Customers of the cohort"),
    _("Customers whose first visit was in the month."),
    Unit.COUNT,
    lambda row: row["whole"],
    formula=_("customers with no visit before the month"),
    source=KNOWN,
)
CUSTOMERS = Definition(
    "customers",
    _("Known customers"),
    _("Known customers with at least one visit, ever."),
    Unit.COUNT,
    lambda row: row["customers"],
    formula=_("customers of the row"),
    source=KNOWN,
)
CUSTOMER_SHARE = Definition(
    "customer_share",
    _("Share of customers"),
    _("How many of all known customers are in the row."),
    Unit.PERCENT,
    lambda row: share(row["customers"], row["all_customers"]),
    formula=_("customers ÷ all known customers"),
    source=KNOWN,
)
BEST_CUSTOMERS = Definition(
    "best",
    _("Highest value"),
    _("Customers in the highest fifth by what they spent in 365 days."),
    Unit.COUNT,
    lambda row: row["best"],
    formula=_("customers whose value is 5"),
    source=KNOWN,
)
YEAR_VISITS = Definition(
    "year_visits",
    _("Visits in a year"),
    _("Days of the last 365 on which the customers had tickets."),
    Unit.COUNT,
    lambda row: row["visits"],
    formula=_("customers × days with a ticket that was not refunded"),
    source=KNOWN,
)
YEAR_SPENT = Definition(
    "year_spent",
    _("Spent in a year"),
    _("What the customers paid with their orders in the last 365 days, less refunds, without points."),
    Unit.MONEY,
    lambda row: row["spent"],
    formula=_("amounts paid − refunds of lines"),
    source=KNOWN,
)
SPENT_PER_CUSTOMER = Definition(
    "spent_per_customer",
    _("Spent per customer"),
    _("What a customer of the row spent on average in the last 365 days."),
    Unit.MONEY,
    lambda row: each(row["spent"], row["customers"]),
    formula=_("spent in a year ÷ customers"),
    source=KNOWN,
)
TICKETS_SOLD = Definition(
    "tickets_sold",
    _("Tickets sold"),
    _("Tickets of past screenings, refunded ones included."),
    Unit.COUNT,
    lambda row: row["sold"],
    formula=_("tickets of paid orders"),
    source=TICKETS_PAST,
)
REFUND_RATE = Definition(
    "refund_rate",
    _("Share refunded"),
    _("Share of the tickets sold that were refunded."),
    Unit.PERCENT,
    lambda row: share(row["refunded"], row["sold"]),
    formula=_("tickets refunded ÷ tickets sold"),
    source=TICKETS_PAST,
)
LATE_REFUND_RATE = Definition(
    "late_refund_rate",
    _("Refunded at the last minute"),
    _("Of the tickets not refunded before the time of the reminder, how many were refunded after it."),
    Unit.PERCENT,
    lambda row: share(row["refunded_late"], kept(row) + row["refunded_late"]),
    formula=_("refunded after the time of the reminder ÷ (tickets kept + refunded after it)"),
    source=TICKETS_PAST,
)
CODE_ORDERS = Definition(
    "code_orders",
    _("Orders with the code"),
    _("Paid orders of known customers with the promo code, by the month of the payment."),
    Unit.COUNT,
    lambda row: row["orders"],
    formula=_("orders with the code"),
    source=KNOWN,
)
CODE_FIRST_ORDERS = Definition(
    "code_first_orders",
    _("First orders"),
    _("Orders with the code of customers who had never ordered before."),
    Unit.COUNT,
    lambda row: row["first_orders"],
    formula=_("orders without an earlier order of the customer"),
    source=KNOWN,
)
CODE_WON_BACK = Definition(
    "code_won_back",
    _("Brought back"),
    _("Orders with the code of customers who had ordered nothing for more than 180 days."),
    Unit.COUNT,
    lambda row: row["won_back"],
    formula=_("orders whose customer’s last order was more than 180 days earlier"),
    source=KNOWN,
)
CODE_STAYED = Definition(
    "code_stayed",
    _("Ordered again since"),
    _("Of those brought back, how many have ordered again since."),
    Unit.PERCENT,
    lambda row: share(row["stayed"], row["won_back"]),
    formula=_("brought back with a later order ÷ brought back"),
    source=KNOWN,
)
CODE_SPENT = Definition(
    "code_spent",
    _("Spent by those brought back"),
    _("What the orders that brought customers back made, less refunds, without points."),
    Unit.MONEY,
    lambda row: row["spent"],
    formula=_("amounts paid − refunds of lines"),
    source=KNOWN,
)
