"""The last run, next run, quarantine and lateness of each scheduled job."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, Min, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from cinema.job_schedule import Daily, Every
from jobs.models import JobRun, QuarantinedRow

PERIODS = 2  # a job is late when it has missed this many
START = timedelta(days=1)  # how long after the installation the first pass of cron may take
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Sums:
    """Totals over all passes that started within some time."""

    passes: int = 0
    done: int = 0
    passed_over: int = 0
    failed: int = 0


@dataclass(frozen=True)
class JobStatus:
    job: str
    schedule: Every | Daily
    last_run: JobRun | None  # finished or not
    next_run: datetime  # when cron will start it next, in the server's time zone
    quarantined: int
    given_up: int  # of those
    late: bool
    day: Sums  # totals of the last 24 hours


def statuses(now: datetime, *, with_sums: bool = True) -> list[JobStatus]:
    """The status of each scheduled job, in the order of the schedule. At most four queries, whatever is stored.

    Without sums, which cost two of these, `day` and the numbers of quarantined rows are zero.
    """
    last, first = _last_runs_and_first()
    behind = set(_late(now, last, first))
    quarantine = _quarantine() if with_sums else {}
    sums = _sums(now - DAY) if with_sums else {}
    here = timezone.localtime(now, timezone.get_default_timezone())
    return [
        JobStatus(
            job=job,
            schedule=schedule,
            last_run=last.get(job),
            next_run=schedule.next_after(here),
            quarantined=quarantine.get(job, (0, 0))[0],
            given_up=quarantine.get(job, (0, 0))[1],
            late=job in behind,
            day=sums.get(job, Sums()),
        )
        for job, schedule in settings.JOB_SCHEDULE.items()
    ]


def late(now: datetime) -> list[str]:
    """The jobs of which no pass has ended, successfully or not, within their last two periods.

    For a job that has never run, the time counts from the first pass of any job, when cron began; without any, no job
    is late until `START` after the installation. A failing job is not late: its failures are recorded.
    """
    return _late(now, *_last_runs_and_first())


def _late(now: datetime, last: Mapping[str, JobRun], first: datetime | None) -> list[str]:
    finished = {job: run for job, run in last.items() if run.finished_at}
    if running := last.keys() - finished.keys():
        finished |= {run.job: run for run in _newest(JobRun.objects.exclude(finished_at=None), running)}
    missing = settings.JOB_SCHEDULE.keys() - finished.keys()
    began = first if missing else now
    if began is None:
        return [] if _is_new(now) else list(settings.JOB_SCHEDULE)
    return [
        job
        for job, schedule in settings.JOB_SCHEDULE.items()
        if now - (_end(finished.get(job)) or began) > PERIODS * schedule.period
    ]


def starting(now: datetime) -> bool:
    """Whether this is a new installation, less than `START` old, in which no job has started so far. Two queries."""
    return not JobRun.objects.exists() and _is_new(now)


def _is_new(now: datetime) -> bool:
    return now - _installed_at() <= START


def _quarantine() -> dict[str, tuple[int, int]]:
    """By job: its quarantined rows, and how many of them were given up. One query."""
    counts = QuarantinedRow.objects.order_by("job").values("job")
    counts = counts.annotate(rows=Count("pk"), given_up=Count("pk", filter=Q(next_attempt_at=None)))
    return {job: (rows, given_up) for job, rows, given_up in counts.values_list("job", "rows", "given_up")}


def _sums(since: datetime) -> dict[str, Sums]:
    """The totals of each job. One query, served by the index on `started_at`."""
    runs = JobRun.objects.filter(started_at__gt=since).order_by().values("job")
    summed = runs.annotate(Count("pk"), Sum("done"), Sum("passed_over"), Sum("failed"))
    columns = ("job", "pk__count", "done__sum", "passed_over__sum", "failed__sum")
    return {job: Sums(*numbers) for job, *numbers in summed.values_list(*columns)}


def _last_runs_and_first() -> tuple[dict[str, JobRun], datetime | None]:
    """The newest pass of each job of the schedule, and when the oldest pass that is stored began. One query."""
    oldest = Subquery(JobRun.objects.order_by("started_at").values("pk")[:1])
    rows = list(_newest(JobRun.objects.all(), settings.JOB_SCHEDULE, oldest))
    last = {run.job: run for run in rows if run.job in settings.JOB_SCHEDULE}
    return last, rows[0].started_at if rows else None


def _newest(runs: QuerySet[JobRun], jobs: Iterable[str], *others: Subquery) -> QuerySet[JobRun]:
    """The newest of `runs` for each of the jobs, which reads one index entry per job, and others; the oldest first."""
    newest: list[Any] = [Subquery(runs.filter(job=job).order_by("-started_at").values("pk")[:1]) for job in jobs]
    return JobRun.objects.filter(pk__in=[*newest, *others]).order_by("started_at", "pk")


def _end(run: JobRun | None) -> datetime | None:
    return run.finished_at if run else None


def _installed_at() -> datetime:
    applied = MigrationRecorder(connection).migration_qs.filter(app="jobs").aggregate(first=Min("applied"))
    return applied["first"] or datetime.min.replace(tzinfo=UTC)
