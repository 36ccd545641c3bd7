"""The last run, next run, quarantine and lateness of each scheduled job."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, Min, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import RawSQL
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


def statuses(now: datetime, *, with_sums: bool = True, runs: Sequence[JobRun] | None = None) -> list[JobStatus]:
    """The status of each scheduled job, in the order of the schedule. At most four queries, whatever is stored.

    Without sums, which cost two of these, `day` and the numbers of quarantined rows are zero. `runs` are the rows of
    `newest_runs`, if they are known already: one query less.
    """
    known = list(newest_runs()) if runs is None else runs
    last, behind = {run.job: run for run in known}, set(_late(now, known))
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
    return _late(now, list(newest_runs()))


def _late(now: datetime, runs: Sequence[JobRun]) -> list[str]:
    ended = {run.job: run.finished_at for run in runs if run.finished_at}
    began = runs[0].started_at if runs else None
    if began is None:
        return [] if _is_new(now) else list(settings.JOB_SCHEDULE)
    return [
        job
        for job, schedule in settings.JOB_SCHEDULE.items()
        if now - ended.get(job, began) > PERIODS * schedule.period
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


def newest_runs() -> QuerySet[JobRun]:
    """Of each job of the schedule the newest pass, and the newest that has ended; before them the oldest pass of all.

    One query, which reads one index entry for each.
    """
    return JobRun.objects.filter(pk__in=_newest_of(tuple(settings.JOB_SCHEDULE))).order_by("started_at", "pk")


@lru_cache(maxsize=1)
def _newest_of(jobs: tuple[str, ...]) -> RawSQL:
    """Their keys: two subqueries for each job, and so compiled once."""
    ended = JobRun.objects.exclude(finished_at=None)
    wanted = [(runs.filter(job=job), "-started_at") for runs in (JobRun.objects, ended) for job in jobs]
    wanted.append((JobRun.objects.all(), "started_at"))
    keys: list[Any] = [Subquery(runs.order_by(order).values("pk")[:1]) for runs, order in wanted]
    sql, params = JobRun.objects.filter(pk__in=keys).order_by().values("pk").query.sql_with_params()
    return RawSQL(sql, params)  # noqa: S611 - our own


def _installed_at() -> datetime:
    applied = MigrationRecorder(connection).migration_qs.filter(app="jobs").aggregate(first=Min("applied"))
    return applied["first"] or datetime.min.replace(tzinfo=UTC)
