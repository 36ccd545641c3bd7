"""Django's autodiscovery imports this module, which imports every module that registers a page of the admin."""

from backoffice.accounts import approvals, consents, devices, users
from backoffice.allocations import code_batches, comps, group_bookings, house_holds
from backoffice.bonuses import accounts, tiers, transactions
from backoffice.concessions import items, low_stock, preorders, reorder_suggestions, stock_movements
from backoffice.film_hire import contracts, distributors, statements
from backoffice.house_rules import face, house_rules, pages
from backoffice.incidents import guests, incidents
from backoffice.integrations import catalogues, marketing, partners, webhooks
from backoffice.jobs import leases, quarantine, runs
from backoffice.notifications import notifications
from backoffice.orders import (
    order_events,
    orders,
    overdue_orders,
    promocodes,
    refund_lines,
    scans,
    tickets,
)
from backoffice.payments import (
    disputes,
    gateway_events,
    gift_cards,
    legal_entities,
    payments,
    receipts,
    refunds,
    vat_rates,
)
from backoffice.pricing import forecasts, modes
from backoffice.reports import business_days, campaigns, payouts, schedules, segments, societies
from backoffice.screenings import (
    cinemas,
    films,
    genres,
    halls,
    price_lists,
    seat_outages,
    seats,
    session_summaries,
    sessions,
    surcharges,
    ticket_types,
)
from backoffice.screenings.planner import planner

__all__ = [
    "accounts",
    "approvals",
    "business_days",
    "campaigns",
    "catalogues",
    "cinemas",
    "code_batches",
    "comps",
    "consents",
    "contracts",
    "devices",
    "disputes",
    "distributors",
    "face",
    "films",
    "forecasts",
    "gateway_events",
    "genres",
    "gift_cards",
    "group_bookings",
    "guests",
    "halls",
    "house_holds",
    "house_rules",
    "incidents",
    "items",
    "leases",
    "legal_entities",
    "low_stock",
    "marketing",
    "modes",
    "notifications",
    "order_events",
    "orders",
    "overdue_orders",
    "pages",
    "partners",
    "payments",
    "payouts",
    "planner",
    "preorders",
    "price_lists",
    "promocodes",
    "quarantine",
    "receipts",
    "refund_lines",
    "refunds",
    "reorder_suggestions",
    "runs",
    "scans",
    "schedules",
    "seat_outages",
    "seats",
    "segments",
    "session_summaries",
    "sessions",
    "societies",
    "statements",
    "stock_movements",
    "surcharges",
    "ticket_types",
    "tickets",
    "tiers",
    "transactions",
    "users",
    "vat_rates",
    "webhooks",
]
