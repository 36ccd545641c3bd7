"""The takings of each week, e-mailed to the owner and the accountant, with the last weeks already sent."""

from datetime import datetime, timedelta
from io import StringIO

from django.core.management import call_command

from accounts.models import User
from demo.chain import MAIL_DOMAIN
from reports.models import ReportFile, ReportSchedule
from screenings.models import Cinema

READERS = ("owner", "accountant")
SINCE = timedelta(days=9)


def schedule_reports(*, at: datetime) -> None:
    """Create the schedule, unless there is one, and let the jobs send what has been due for some days."""
    if ReportSchedule.objects.exists():
        return
    schedule = ReportSchedule.objects.create(
        report="takings",
        by="film",
        rhythm=ReportSchedule.Rhythm.WEEK,
        format=ReportFile.Format.PDF,
        language="ru",
        since=at - SINCE,
    )
    schedule.cinemas.set(Cinema.objects.all())
    schedule.recipients.set(User.objects.filter(email__in=[f"{role}@{MAIL_DOMAIN}" for role in READERS]))
    for job in ("send_scheduled_reports", "build_reports", "send_scheduled_reports"):
        call_command(job, stdout=StringIO())
