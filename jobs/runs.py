"""Records each pass of a job as a `JobRun`: created when it starts, completed when it ends."""

import socket
from datetime import datetime

from django.conf import settings
from django.db import connection

from jobs.models import JobRun, RunOutcome

ERROR_LENGTH = 2000


def start(job: str, *, at: datetime, now: datetime) -> JobRun:
    return JobRun.objects.create(job=job, at=at, started_at=now, host=socket.gethostname()[:255], database=_database())


def finish(run: JobRun, *, now: datetime, done: int, passed_over: int, failed: int, error: str) -> None:
    """Complete the record, and delete the job's records that are older than `JOB_RUNS_KEPT`."""
    JobRun.objects.filter(pk=run.pk).update(
        outcome=RunOutcome.FAILED if failed or error else RunOutcome.SUCCEEDED,
        finished_at=now,
        done=done,
        passed_over=passed_over,
        failed=failed,
        error=error[:ERROR_LENGTH],
    )
    JobRun.objects.filter(job=run.job, started_at__lt=now - settings.JOB_RUNS_KEPT).delete()


def mark_abandoned(job: str) -> None:
    """Mark the job's unfinished runs as failed, once their process is known to be gone."""
    JobRun.objects.filter(job=job, outcome=RunOutcome.RUNNING).update(
        outcome=RunOutcome.FAILED, error="The process ended before the pass was finished."
    )


def _database() -> str:
    """The database's vendor, name and host, without user or password."""
    place = connection.settings_dict
    host = f"@{place['HOST'] or 'local'}" if connection.vendor != "sqlite" else ""
    return f"{connection.vendor} {place['NAME']}{host}"[:255]
