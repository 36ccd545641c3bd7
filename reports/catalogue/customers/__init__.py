"""Customers: how many come and come back, what they have in common, and what reminders, promo codes
and campaigns do.

The figures are those of the last night (`refresh_engagement`), of the whole chain or of one cinema. Months are those of
business dates.
"""

from reports.catalogue.customers.campaigns import campaigns
from reports.catalogue.customers.effects import promocodes, reminder_effect, reminders, reminders_by_month
from reports.catalogue.customers.months import BETWEEN, by_month, cohorts
from reports.catalogue.customers.profiles import favourites, groups

__all__ = [
    "BETWEEN",
    "by_month",
    "campaigns",
    "cohorts",
    "favourites",
    "groups",
    "promocodes",
    "reminder_effect",
    "reminders",
    "reminders_by_month",
]
