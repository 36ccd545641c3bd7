"""Business days closed as the job does it."""

from datetime import datetime

from django.db import transaction

from reports.models import BusinessDay
from reports.models.business_days import LAST_SALES
from reports.services import close_locked, open_days
from screenings.models import Cinema


def close_days(*cinemas: Cinema, until: datetime) -> None:
    """Open the days of the cinemas, and close those that have ended by `until`, as soon as that is possible."""
    at = until + LAST_SALES
    for cinema in cinemas:
        with transaction.atomic():
            open_days([cinema], at=at)
            for day in BusinessDay.objects.to_close(at).filter(cinema=cinema).order_by("starts_at"):
                close_locked(day, at=at)
