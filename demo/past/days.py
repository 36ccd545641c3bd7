"""Closes the business days of the past year: `rebuild` books their figures, as the command `rebuild_reports` does."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from reports.models import BusinessDay, DayCheck
from reports.services import open_days, rebuild
from reports.services.checks import checks_of
from screenings.models import Cinema

CLOSED_AFTER = timedelta(hours=1)  # after the end of a day


@transaction.atomic
def close_past_days(*, until: datetime) -> None:
    """Close every day that ended by `until`. Later ones are left to the job."""
    cinemas = list(Cinema.objects.order_by("pk"))
    open_days(cinemas, at=until)
    ended = BusinessDay.objects.filter(ends_at__lte=until)
    DayCheck.objects.bulk_create([check for day in ended for check in checks_of(day)], batch_size=1000)
    ended.update(closed_at=F("ends_at") + CLOSED_AFTER)
    rebuild(cinemas)
