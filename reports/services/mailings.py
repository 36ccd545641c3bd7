"""Scheduled reports: prepare one for each closed day or week, and queue its e-mails once its file is made."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.template.defaultfilters import filesizeformat
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.entitlement import staff_who_see
from cinema.status import transition
from jobs.claims import Backoff
from notifications.models import MessageKind
from notifications.services import Message, queue
from reports.catalogue.files import REPORTS, file_name, listed_reports, title_of
from reports.catalogue.takings import period_text
from reports.errors import NothingFailed
from reports.files import FORMATS
from reports.models import BusinessDay, ReportFile, ReportMailing, ReportSchedule
from reports.services.report_files import ask_again
from screenings.models import Cinema

#: A period that ended longer ago is not sent any more. Shorter than files are kept, so that none is made a second time.
LATEST = timedelta(days=21)
SIX_DAYS = timedelta(days=6)
BACKOFF = Backoff([timedelta(hours=1), timedelta(hours=3), timedelta(hours=6), timedelta(hours=12), timedelta(days=1)])
MAX_ATTACHMENT = 5 * 1024 * 1024  # bytes; mail servers refuse more than 10 MB or so, and e-mails grow by a third

Status = ReportMailing.Status


def begin(schedule: ReportSchedule, *, at: datetime) -> None:
    """Let the schedule start with the next day or week that is closed; it is not saved. Reads only."""
    schedule.since = at


def recipients_who_see(report: str, *, cinemas: Collection[int], people: QuerySet[User]) -> QuerySet[User]:
    """Those of the people who may see the report for all of the cinemas now. Reads only."""
    if report not in listed_reports() or not cinemas:
        return people.none()
    return people.filter(pk__in=staff_who_see(REPORTS[report].permissions, cinemas=cinemas).values("pk"))


def prepare(*, at: datetime) -> int:
    """Add a mailing, with the file that a job makes, for each day or week that is closed and has none yet. Returns how
    many were added.

    A schedule of several cinemas waits until all of them have closed the day. Cinemas whose weeks begin on different
    days have a mailing each week for each of these days. Must be called inside a transaction (it locks the schedules).
    """
    active = ReportSchedule.objects.filter(is_active=True, since__lte=at).order_by("pk")
    # Locked, so that a second copy waits and then finds the mailings of the first.
    schedules = list(active.select_for_update(no_key=True, of=("self",)).prefetch_related("cinemas"))
    if not schedules:
        return 0
    days = _ClosedDays({cinema for each in schedules for cinema in each.cinemas.all()}, at=at)
    wanted = [
        (schedule, first, last, cinemas) for schedule in schedules for first, last, cinemas in days.periods_of(schedule)
    ]
    if not wanted:
        return 0
    known = set(
        ReportMailing.objects.filter(
            schedule__in=schedules, last__gte=min(last for _schedule, _first, last, _cinemas in wanted)
        ).values_list("schedule_id", "first", "last")
    )
    new = [each for each in wanted if (each[0].pk, each[1], each[2]) not in known]
    for schedule, first, last, cinemas in new:
        mailing = ReportMailing(
            schedule=schedule, first=first, last=last, cinemas=sorted(each.pk for each in cinemas), created_at=at
        )
        mailing.file = _queued_file(mailing, at=at)
        mailing.save()
    return len(new)


def send_locked(mailings: Iterable[ReportMailing], *, at: datetime) -> None:
    """Queue the e-mails of mailings whose file is ready; a mailing without a file, or without anybody who may get it,
    is `FAILED`, and tried again later. Must be called inside a transaction (the mailings are locked).
    """
    for mailing in mailings:
        with translation.override(mailing.schedule.language):
            _send(mailing, at=at)


def repeat_locked(mailings: Iterable[ReportMailing], *, at: datetime) -> None:
    """Try failed mailings again, with their file made anew if that failed. Must be called inside a transaction (the
    mailings are locked).
    """
    for mailing in mailings:
        _repeat(mailing, at=at)


def send_failed_again(schedule: ReportSchedule, *, at: datetime) -> int:
    """The same for all failed mailings of a schedule, at the request of a person and with the full number of attempts.

    Returns how many there were. Raises `NothingFailed`. Owns its transaction.
    """
    with transaction.atomic():
        failed = schedule.mailings.failed().select_for_update(of=("self",)).order_by("pk").select_related("file")
        mailings = list(failed)
        if not mailings:
            raise NothingFailed(_("Nothing failed here: someone else may have dealt with it already."))
        for mailing in mailings:
            mailing.schedule = schedule
            _repeat(mailing, at=at, attempts=0)
    return len(mailings)


# --- Which periods are closed


class _ClosedDays:
    """What is closed at some cinemas. Two queries."""

    def __init__(self, cinemas: Collection[Cinema], *, at: datetime) -> None:
        closed = BusinessDay.objects.filter(cinema=OuterRef("pk"), closed_at__lte=at).order_by("-date")
        known = (
            Cinema.objects.filter(pk__in=[each.pk for each in cinemas])
            .annotate(last=Subquery(closed.values("date")[:1]))
            .filter(Exists(BusinessDay.objects.filter(cinema=OuterRef("pk"))))
        )
        #: The last day that each cinema has closed; a cinema that has not sold anything yet has no days to wait for.
        self.last = {pk: last or date.min for pk, last in known.values_list("pk", "last")}
        self.dates: defaultdict[date, dict[int, datetime]] = defaultdict(dict)
        recent = BusinessDay.objects.filter(cinema__in=self.last, closed_at__lte=at, date__gte=(at - LATEST).date())
        for day in recent.only("cinema_id", "date", "closed_at"):
            assert day.closed_at
            self.dates[day.date][day.cinema_id] = day.closed_at

    def periods_of(self, schedule: ReportSchedule) -> Iterator[tuple[date, date, list[Cinema]]]:
        """The periods of a schedule of which all cinemas are closed, the last one of them since it began."""
        if schedule.rhythm == ReportSchedule.Rhythm.DAY:
            cinemas = list(schedule.cinemas.all())
            for last in self._complete(cinemas, since=schedule.since):
                yield last, last, cinemas
            return
        by_start: defaultdict[int, list[Cinema]] = defaultdict(list)
        for cinema in schedule.cinemas.all():
            by_start[cinema.week_starts_on].append(cinema)
        for starts_on, cinemas in by_start.items():
            for last in self._complete(cinemas, since=schedule.since):
                first = last - SIX_DAYS
                if first.weekday() == starts_on:
                    yield first, last, cinemas

    def _complete(self, cinemas: list[Cinema], *, since: datetime) -> Iterator[date]:
        selling = [cinema.pk for cinema in cinemas if cinema.pk in self.last]
        until = min((self.last[pk] for pk in selling), default=date.min)
        for day, closed in sorted(self.dates.items()):
            instants = [closed[pk] for pk in selling if pk in closed]
            if day <= until and instants and max(instants) >= since:
                yield day


# --- One mailing


def _queued_file(mailing: ReportMailing, *, at: datetime) -> ReportFile:
    schedule = mailing.schedule
    return ReportFile.objects.create(
        report=schedule.report,
        parameters=schedule.parameters,
        cinemas=mailing.cinemas,
        first=mailing.first,
        last=mailing.last,
        format=schedule.format,
        language=schedule.language,
        asked_at=at,
        next_attempt_at=at,
    )


def _send(mailing: ReportMailing, *, at: datetime) -> None:
    file, schedule = mailing.file, mailing.schedule
    if file is None or file.status != ReportFile.Status.READY:
        _fail(mailing, file.problem if file else _("The file is no longer kept."), at=at)
        return
    people = recipients_who_see(file.report, cinemas=mailing.cinemas, people=schedule.recipients.all())
    addresses = sorted(people.values_list("email", flat=True))
    if not addresses:
        _fail(mailing, _("None of the recipients may see this report any more. Change the list."), at=at)
        return
    context = _context(file)
    queue(
        [
            Message(
                kind=MessageKind.SCHEDULED_REPORT,
                recipient=address,
                occasion=f"{file.report} {mailing.first} {mailing.last} #{schedule.pk}",
                language=schedule.language,
                context=context,
                cinema=mailing.cinemas[0] if len(mailing.cinemas) == 1 else None,
                only_for={"permissions": REPORTS[file.report].permissions, "cinemas": mailing.cinemas},
            )
            for address in addresses
        ],
        at=at,
    )
    transition([mailing], Status.SENT, sent_at=at, recipients=len(addresses), problem="", next_attempt_at=None)


def _context(file: ReportFile) -> Mapping[str, object]:
    cinemas = list(Cinema.objects.filter(pk__in=file.cinemas).order_by("name"))
    fits = file.size <= MAX_ATTACHMENT
    attachment = {
        "storage": "reports",
        "name": file.name,
        "filename": file_name(file),
        "content_type": FORMATS[file.format].content_type.partition(";")[0],
    }
    return {
        "title": title_of(file.report),
        "about": period_text(cinemas, file.first, file.last),
        "figures": file.highlights,
        "page": settings.SITE_URL + settings.REPORT_FILE_PATH.format(pk=file.pk),
        "attachment": attachment if fits else None,
        "size": filesizeformat(file.size),
    }


def _fail(mailing: ReportMailing, problem: str, *, at: datetime) -> None:
    attempts = mailing.attempts + 1
    wait = BACKOFF.after(attempts)
    next_attempt_at = None if wait is None else at + wait
    transition([mailing], Status.FAILED, problem=problem[:250], attempts=attempts, next_attempt_at=next_attempt_at)


def _repeat(mailing: ReportMailing, *, at: datetime, **stamps: object) -> None:
    file = mailing.file
    if file is None:
        mailing.file = _queued_file(mailing, at=at)
        mailing.save(update_fields=["file"])
    elif file.status == ReportFile.Status.FAILED:
        ask_again(file, at=at)
    transition([mailing], Status.WAITING, problem="", next_attempt_at=None, **stamps)
