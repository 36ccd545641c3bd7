"""What every figure means, said once: pages show these sentences beside the figures, and exports carry them.

A `Definition` computes its figure from a row of sums, so that two reports never disagree about a name. The terms follow
the usual ones of cinema chains: admissions include free tickets and exclude refunded ones.
"""

from reports.definitions.bar import (
    BAR_TAKINGS,
    BAR_UNITS,
    COST_OF_GOODS,
    DAYS_OF_STOCK,
    IN_STOCK,
    MARGIN,
    MARGIN_RATE,
    SHRINKAGE,
    SHRINKAGE_VALUE,
    SPEND_PER_HEAD,
    STRIKE_RATE,
    WRITTEN_OFF,
    WRITTEN_OFF_VALUE,
)
from reports.definitions.basics import Definition, Unit
from reports.definitions.money import (
    EARNED,
    PAID_BACK,
    RECEIVED,
    REFUNDS_MADE,
    TAKINGS,
    VAT_OF_RECEIPTS,
)
from reports.definitions.points import (
    BREAKAGE,
    EXPECTED_COST,
    HELD,
    HELD_VALUE,
    HOLDERS,
    POINTS_ADJUSTED,
    POINTS_ISSUED,
    POINTS_LAPSED,
    POINTS_MOVED,
    POINTS_REVERSED,
    POINTS_SPENT,
)
from reports.definitions.tickets import (
    ADMISSIONS,
    ADMISSIONS_PER_SCREENING,
    AVERAGE_TICKET,
    BOX_OFFICE,
    CHANGE,
    CHANGE_FROM_WEEK,
    COMPARED,
    COMPARED_CHANGE,
    COMPS,
    DISCOUNTS,
    GROSS,
    NET_BOX_OFFICE,
    NO_SHOW_RATE,
    OCCUPANCY,
    PAID_WITH_POINTS,
    REFUNDED,
    REFUNDED_TICKETS,
    SCREENINGS,
    VAT,
    WEEK_BEFORE,
)

#: What pages show of each family, in this order.
TICKETS = (ADMISSIONS, BOX_OFFICE, NET_BOX_OFFICE, AVERAGE_TICKET, DISCOUNTS, REFUNDED, COMPS, NO_SHOW_RATE, VAT)
BAR = (BAR_UNITS, BAR_TAKINGS, DISCOUNTS, REFUNDED, VAT)
ITEM = (BAR_UNITS, BAR_TAKINGS, VAT, COST_OF_GOODS, MARGIN, MARGIN_RATE, IN_STOCK, DAYS_OF_STOCK)
STOCK = (WRITTEN_OFF, WRITTEN_OFF_VALUE, SHRINKAGE, SHRINKAGE_VALUE)
POINTS = (POINTS_ISSUED, POINTS_SPENT, POINTS_REVERSED, POINTS_LAPSED, POINTS_ADJUSTED)
POINTS_HELD = (HELD, HOLDERS, HELD_VALUE, BREAKAGE, EXPECTED_COST)
MONEY = (RECEIVED, REFUNDS_MADE, TAKINGS, PAID_BACK)

__all__ = [
    "ADMISSIONS",
    "ADMISSIONS_PER_SCREENING",
    "AVERAGE_TICKET",
    "BAR",
    "BAR_TAKINGS",
    "BAR_UNITS",
    "BOX_OFFICE",
    "BREAKAGE",
    "CHANGE",
    "CHANGE_FROM_WEEK",
    "COMPARED",
    "COMPARED_CHANGE",
    "COMPS",
    "COST_OF_GOODS",
    "DAYS_OF_STOCK",
    "DISCOUNTS",
    "EARNED",
    "EXPECTED_COST",
    "GROSS",
    "HELD",
    "HELD_VALUE",
    "HOLDERS",
    "IN_STOCK",
    "ITEM",
    "MARGIN",
    "MARGIN_RATE",
    "MONEY",
    "NET_BOX_OFFICE",
    "NO_SHOW_RATE",
    "OCCUPANCY",
    "PAID_BACK",
    "PAID_WITH_POINTS",
    "POINTS",
    "POINTS_ADJUSTED",
    "POINTS_HELD",
    "POINTS_ISSUED",
    "POINTS_LAPSED",
    "POINTS_MOVED",
    "POINTS_REVERSED",
    "POINTS_SPENT",
    "RECEIVED",
    "REFUNDED",
    "REFUNDED_TICKETS",
    "REFUNDS_MADE",
    "SCREENINGS",
    "SHRINKAGE",
    "SHRINKAGE_VALUE",
    "SPEND_PER_HEAD",
    "STOCK",
    "STRIKE_RATE",
    "TAKINGS",
    "TICKETS",
    "VAT",
    "VAT_OF_RECEIPTS",
    "WEEK_BEFORE",
    "WRITTEN_OFF",
    "WRITTEN_OFF_VALUE",
    "Definition",
    "Unit",
]
