"""Where Django's autodiscovery finds the staff's pages: importing a module below registers its pages."""

from backoffice.accounts import approvals, users
from backoffice.bonuses import accounts as bonuses
from backoffice.concessions import stock_actions as concessions
from backoffice.jobs import runs as jobs
from backoffice.notifications import notifications
from backoffice.orders import order_events as records
from backoffice.orders import orders
from backoffice.payments import gateway_events, payments
from backoffice.screenings import cinemas, sessions

__all__ = [
    "approvals",
    "bonuses",
    "cinemas",
    "concessions",
    "gateway_events",
    "jobs",
    "notifications",
    "orders",
    "payments",
    "records",
    "sessions",
    "users",
]
