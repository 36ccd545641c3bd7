"""What each job of the schedule did last, does next, and whether it is late."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, Min, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from cinema.schedule import Daily, Every
from jobs.models import JobRun, QuarantinedRow

PERIODS = 2  # that a job may miss before it is late
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Sums:
    """What the passes that began within some time came to, together."""

    passes: int = 0
    done: int = 0
    passed_over: int = 0
    failed: int = 0


@dataclass(frozen=True)
class JobStatus:
    job: str
    schedule: Every | Daily
    last_run: JobRun | None  # finished or not
    next_run: datetime  # when cron starts it next, in the server's zone
    quarantined: int
    given_up: int  # of those
    late: bool
    day: Sums  # of the last 24 hours


def statuses(now: datetime) -> list[JobStatus]:
    """One for each job of the schedule, in its order. Five queries, however many runs are on record."""
    last = _last_runs(JobRun.objects.all())
    behind = set(late(now))
    counts = QuarantinedRow.objects.order_by("job").values("job")
    counts = counts.annotate(rows=Count("pk"), given_up=Count("pk", filter=Q(next_attempt_at=None)))
    quarantine = {job: (rows, given_up) for job, rows, given_up in counts.values_list("job", "rows", "given_up")}
    sums = _sums(now - DAY)
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
    """The jobs of which no pass came to an end, good or bad, within the last two periods.

    A job that never ran is counted from the installation. A pass that fails is not late: it is on record as failed.
    """
    finished = _last_runs(JobRun.objects.exclude(finished_at=None))
    missing = settings.JOB_SCHEDULE.keys() - finished.keys()
    installed = _installed_at() if missing else now
    return [
        job
        for job, schedule in settings.JOB_SCHEDULE.items()
        if now - (_end(finished.get(job)) or installed) > PERIODS * schedule.period
    ]


def _sums(since: datetime) -> dict[str, Sums]:
    """Of each job; one query, which an index of the start serves."""
    runs = JobRun.objects.filter(started_at__gt=since).order_by().values("job")
    summed = runs.annotate(Count("pk"), Sum("done"), Sum("passed_over"), Sum("failed"))
    columns = ("job", "pk__count", "done__sum", "passed_over__sum", "failed__sum")
    return {job: Sums(*numbers) for job, *numbers in summed.values_list(*columns)}


def _last_runs(runs: QuerySet[JobRun]) -> dict[str, JobRun]:
    """The newest of `runs` of each job of the schedule, in one query that reads one end of an index a job."""
    newest: list[Any] = [
        Subquery(runs.filter(job=job).order_by("-started_at").values("pk")[:1]) for job in settings.JOB_SCHEDULE
    ]
    return {run.job: run for run in JobRun.objects.filter(pk__in=newest)}


def _end(run: JobRun | None) -> datetime | None:
    return run.finished_at if run else None


def _installed_at() -> datetime:
    applied = MigrationRecorder(connection).migration_qs.filter(app="jobs").aggregate(first=Min("applied"))
    return applied["first"] or datetime.min.replace(tzinfo=UTC)
