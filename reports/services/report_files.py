"""Reports as files: asking for one, building it in the job, who may have it, and deleting it in the end."""

import logging
import re
import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.scope import Cinemas, cinemas_of_person
from cinema import clock
from cinema.status import Refused, transition
from jobs import claims
from jobs.claims import CLAIM_DURATION, Backoff, new_sender
from jobs.retry import is_infrastructure, one_line
from jobs.steps import Counts
from reports.catalogue.files import REPORTS, FileReport
from reports.errors import ReportNotAllowed, TooManyFiles, UnknownReport
from reports.files import FORMATS
from reports.models import ReportFile, ReportMailing
from reports.models.files import KEPT
from reports.reading import Period
from reports.replica import Source, read
from reports.tables import Table
from screenings.models import Cinema

logger = logging.getLogger(__name__)

BACKOFF = Backoff([timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30)])
MAX_WAITING = 5  # files that one person may wait for
OUR_NAME = re.compile(r"[0-9a-f-]{36}-\d+\.[a-z]{3,4}$")  # of `ReportFile.storage_name`
TOLD_EVERY = timedelta(seconds=1)  # progress is stored this often


class _Superseded(Exception):
    """Another builder has taken the file over, or it was deleted."""


def ask(
    report: str,
    *,
    cinemas: Collection[Cinema],
    first: date,
    last: date,
    parameters: Mapping[str, str],
    format: str,  # noqa: A002 - it is the name of the column
    language: str,
    person: User,
    at: datetime,
) -> ReportFile:
    """Have the job make a report as a file.

    Raises `UnknownReport`, `ReportNotAllowed`, or `TooManyFiles`. Owns its transaction.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=person.pk)  # so that two requests are counted one by one
        kept = _report(report).kept
        _check(_report(report), {cinema.pk for cinema in cinemas}, person)
        waiting = [ReportFile.Status.QUEUED, ReportFile.Status.BUILDING]
        if ReportFile.objects.filter(person=person, status__in=waiting).count() >= MAX_WAITING:
            raise TooManyFiles(
                _("You are waiting for %(count)d files. Wait until one is ready.") % {"count": MAX_WAITING}
            )
        return ReportFile.objects.create(
            report=report,
            parameters=dict(parameters),
            cinemas=sorted(cinema.pk for cinema in cinemas),
            first=first,
            last=last,
            format=ReportFile.Format(format),
            language=language,
            person=person,
            asked_at=at,
            next_attempt_at=at,
            expires_at=at + kept if kept else None,
        )


def ask_again(file: ReportFile, *, at: datetime) -> None:
    """Have a failed file made again. Raises `ForbiddenMove` if it has not failed. Owns its transaction."""
    with transaction.atomic():
        transition([file], ReportFile.Status.QUEUED, attempts=0, next_attempt_at=at, problem="", rows_done=0)


def may_have(file: ReportFile, person: User, *, cinemas: Cinemas, at: datetime) -> bool:
    """Whether the person, who sees the rows of `cinemas`, may have the file: they asked for it, or it was e-mailed to
    them, they may still see all of its rows, and whoever it names has not withdrawn since. Reads only.
    """
    report = REPORTS.get(file.report)
    return (
        report is not None
        and own_files(person).filter(pk=file.pk).exists()
        and person.has_perm(report.permission)
        and (cinemas is None or cinemas.issuperset(file.cinemas))
        and (file.expires_at is None or not ReportFile.objects.outdated(at).filter(pk=file.pk).exists())
    )


def own_files(person: User) -> QuerySet[ReportFile]:
    """The files that the person asked for, and those of scheduled reports that they get. Reads only."""
    mailed = ReportMailing.objects.filter(status=ReportMailing.Status.SENT, schedule__recipients=person.pk)
    return ReportFile.objects.filter(Q(person=person.pk) | Q(pk__in=mailed.values("file")))


def open_file(file: ReportFile) -> File | None:
    """The content of a file that is ready; None if it is gone. Must not be called inside a transaction: it talks to a
    network.
    """
    try:
        return _storage().open(file.name) if file.status == ReportFile.Status.READY else None
    except FileNotFoundError:
        return None


def build(file: ReportFile, *, at: datetime) -> Counts:
    """Make the file that somebody asked for, unless another builder does.

    Claims it and commits, writes the content to the storage outside any transaction, and marks it as ready. After an
    error it is queued again with growing waits, and `FAILED` after the last; what is refused is `FAILED` at once. A
    killed builder's claim expires, and the next one starts from the beginning under another name in the storage, so
    there is one file in the end. Must not be called inside a transaction: it talks to a network.
    """
    builder, begun = new_sender(), clock.monotonic()

    def now() -> datetime:
        return at + timedelta(seconds=clock.monotonic() - begun)

    claimed = _claim(file, builder=builder, at=at)
    if claimed is None:
        return Counts(passed_over=1)
    if claimed.status == ReportFile.Status.FAILED:
        return Counts(failed=1, error=f"{claimed}: its builder was lost {claimed.attempts} times")
    name = claimed.storage_name(claimed.attempts)
    try:
        with translation.override(claimed.language):
            made = _store(claimed, name, builder=builder, now=now)
        _finish(claimed, ReportFile.Status.READY, builder=builder, name=name, finished_at=now(), **made)
    except _Superseded:
        _delete([name])
        return Counts(passed_over=1)
    except Refused as refused:
        _delete([name])
        return _fail(claimed, str(refused), builder=builder, at=now())
    except Exception as error:
        if is_infrastructure(error):
            raise
        logger.warning("%s could not be made", claimed, exc_info=True)
        _delete([name])
        return _retry(claimed, error, builder=builder, at=now())
    _delete(claimed.storage_name(attempt) for attempt in range(1, claimed.attempts))
    return Counts(done=1)


def forget(files: Iterable[ReportFile], *, at: datetime) -> None:
    """Delete files and their content: first the content, so that a kill in between leaves nothing behind. With them
    goes what is as old and has no row, since the database was restored from a backup.

    Must not be called inside a transaction: it talks to a network.
    """
    files = list(files)
    _delete(file.storage_name(attempt) for file in files for attempt in range(1, file.attempts + 1))
    _delete(file.name for file in files if file.name)
    with transaction.atomic():
        gone = ReportFile.objects.filter(pk__in=[file.pk for file in files])
        gone.exclude(status=ReportFile.Status.BUILDING).delete()
    _delete(_leftovers(older_than=at - KEPT))


# --- Steps of building


def _claim(file: ReportFile, *, builder: str, at: datetime) -> ReportFile | None:
    """The file as this builder's own, or `FAILED` after too many attempts; None if it is not due."""
    with transaction.atomic(durable=True):
        due = claims.lock_due(ReportFile.objects.to_build(at).filter(pk=file.pk))
        for each in due:
            if each.attempts >= BACKOFF.max_attempts:
                with translation.override(each.language):
                    problem = _("It could not be made. Try again, or choose a shorter period.")
                transition([each], ReportFile.Status.FAILED, problem=problem, claimed_by="", finished_at=at)
            else:
                claims.claim([each], sender=builder, at=at, to=ReportFile.Status.BUILDING)
    return due[0] if due else None


def _store(file: ReportFile, name: str, *, builder: str, now: Any) -> dict[str, Any]:
    """Write the report to the storage. Returns what is known about it now, by the columns of `ReportFile`.

    Raises `UnknownReport`, or `ReportNotAllowed` if the person who asked may not see its rows any more, before or after
    they are read; who gets the file of a scheduled report is decided when it is sent.
    """
    report = _report(file.report)
    if file.person is not None:
        _check(report, set(file.cinemas), file.person)
    cinemas = list(Cinema.objects.filter(pk__in=file.cinemas).select_related("legal_entity").order_by("name"))
    progress = _Progress(file, builder=builder, now=now)
    with tempfile.TemporaryFile() as content:

        def write(source: Source) -> list[list[str]]:
            table = report.table(Period(cinemas, file.first, file.last, source.as_of), file.parameters)
            if words := source.in_words():
                table = replace(table, notes=[words, *table.notes])
            ReportFile.objects.filter(pk=file.pk).update(rows_done=0, rows_expected=table.expected)
            content.seek(0)
            content.truncate()
            return _highlights(table, FORMATS[file.format].write(table, content, file.asked_at, progress) or {})

        highlights, _source = read(write, at=now())
        if file.person_id is not None:  # a fresh row: permissions are kept on it
            _check(report, set(file.cinemas), User.objects.get(pk=file.person_id))
        progress.tell()  # laying out a document, or uploading it, begins with a fresh claim
        size = content.tell()
        content.seek(0)
        _save(name, content)
    return {"size": size, "rows_done": progress.rows, "highlights": highlights}


def _highlights(table: Table, totals: Mapping[str, Any]) -> list[list[str]]:
    """The totals of the table, as pairs of label and text."""
    return [
        [capfirst(str(column.label)), table.text(column, totals[column.key])]
        for column in table.columns
        if column.key in totals
    ]


class _Progress:
    """Stores how far the file is, and prolongs the claim. Raises `_Superseded` if the claim is lost."""

    def __init__(self, file: ReportFile, *, builder: str, now: Any) -> None:
        self.file, self.builder, self.now = file, builder, now
        self.rows = 0
        self._told_at = now()

    def __call__(self, rows: int) -> None:
        self.rows = rows
        if self.now() - self._told_at >= TOLD_EVERY:
            self.tell()

    def tell(self) -> None:
        self._told_at = self.now()
        own = ReportFile.objects.filter(pk=self.file.pk, status=ReportFile.Status.BUILDING, claimed_by=self.builder)
        if not own.update(rows_done=self.rows, next_attempt_at=self._told_at + CLAIM_DURATION):
            raise _Superseded


def _finish(file: ReportFile, status: str, *, builder: str, **fields: Any) -> None:
    """Store the result. Raises `_Superseded` if another builder has taken the file over."""
    with transaction.atomic(durable=True):
        if not claims.still_claimed(ReportFile.objects.filter(pk=file.pk), sender=builder):
            raise _Superseded
        transition([file], status, claimed_by="", **fields)


def _fail(file: ReportFile, problem: str, *, builder: str, at: datetime) -> Counts:
    """What was refused is no failure of the job: the person sees why."""
    try:
        _finish(file, ReportFile.Status.FAILED, builder=builder, problem=problem[:250], finished_at=at)
    except _Superseded:
        return Counts(passed_over=1)
    return Counts(done=1)


def _retry(file: ReportFile, error: Exception, *, builder: str, at: datetime) -> Counts:
    wait = BACKOFF.after(file.attempts)
    try:
        if wait is not None:
            _finish(file, ReportFile.Status.QUEUED, builder=builder, next_attempt_at=at + wait)
            return Counts(passed_over=1)
        with translation.override(file.language):
            problem = _("It could not be made. Try again, or choose a shorter period.")
        _finish(file, ReportFile.Status.FAILED, builder=builder, problem=problem, finished_at=at)
    except _Superseded:
        return Counts(passed_over=1)
    return Counts(failed=1, error=f"{file}: {one_line(error)}")


# --- What it rests on


def _report(name: str) -> FileReport:
    if name not in REPORTS:
        raise UnknownReport(_("There is no such report. Choose one of the list."))
    return REPORTS[name]


def _check(report: FileReport, cinemas: set[int], person: User) -> None:
    scope = cinemas_of_person(person)
    sees_cinemas = bool(cinemas) and (scope is None or scope.issuperset(cinemas))
    if not (person.is_active and person.is_staff and person.has_perm(report.permission) and sees_cinemas):
        raise ReportNotAllowed(_("You may not see the rows of this report. Ask whoever gives out roles."))


def _storage() -> Storage:
    return storages["reports"]


def _save(name: str, content: IO[bytes]) -> None:
    storage = _storage()
    if storage.exists(name):  # left by a copy of this attempt that was killed; else the storage would choose a new name
        storage.delete(name)
    storage.save(name, File(content))


def _delete(names: Iterable[str]) -> None:
    storage = _storage()
    for name in names:
        if storage.exists(name):
            storage.delete(name)


def _leftovers(*, older_than: datetime) -> list[str]:
    """Names in the storage of files that were written long ago: none of them has a row any more."""
    storage = _storage()
    if not storage.exists(""):
        return []
    _folders, names = storage.listdir("")
    return [name for name in names if OUR_NAME.match(name) and storage.get_modified_time(name) < older_than]
