"""Where Django's autodiscovery finds the staff's pages: importing a module below registers its pages."""

from backoffice.accounts import approvals, users
from backoffice.bonuses import admin as bonuses
from backoffice.concessions import admin as concessions
from backoffice.jobs import admin as jobs
from backoffice.notifications import admin as notifications
from backoffice.orders import admin as orders
from backoffice.orders import records
from backoffice.payments import admin as payments
from backoffice.payments import gateway_events
from backoffice.screenings import sessions, venues

__all__ = [
    "approvals",
    "bonuses",
    "concessions",
    "gateway_events",
    "jobs",
    "notifications",
    "orders",
    "payments",
    "records",
    "sessions",
    "users",
    "venues",
]
