"""Runs every job once and reports what each did."""

import io
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.management import CommandError, call_command, get_commands, load_command_class

from cinema import clock
from jobs.command import JobCommand
from jobs.models import JobRun

HEADINGS = ("job", "due", "done", "passed over", "failed", "time")
# An order of snacks only is complete once its snacks have expired, and sessions that are archived are not counted any
# more: run in this order, one round settles everything, and the check of it finds nothing.
RUN_BEFORE = {
    "cancel_expired_concession_preorders": "update_completed_order_statuses",
    "update_session_figures": "cleanup_completed_sessions",
    "forecast_sessions": "check_invariants",
}


@dataclass(frozen=True)
class JobResult:
    """What a job found and did. `due` is None for a job without rows of its own; `error` is empty on success."""

    job: str
    due: int | None
    done: int
    passed_over: int
    failed: int
    seconds: float
    error: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        due = "-" if self.due is None else str(self.due)
        return self.job, due, str(self.done), str(self.passed_over), str(self.failed), f"{self.seconds:.2f} s"


def run_all_jobs(*, at: datetime | None = None) -> Iterator[JobResult]:
    """Run each scheduled job once, as of `at` or of the moment it starts. A failing job does not stop the others."""
    for job in _ordered_jobs():
        due = count_due(job, at=at or clock.now())
        last_run = JobRun.objects.filter(job=job).order_by("-pk").values_list("pk", flat=True).first() or 0
        started = time.perf_counter()
        output = io.StringIO()
        error = ""
        with redirect_stdout(output):  # the console's text messages too
            try:
                call_command(job, at=at, stdout=output)
            except CommandError as failure:
                error = str(failure)
        seconds = time.perf_counter() - started
        run = JobRun.objects.filter(job=job, pk__gt=last_run).order_by("-pk").first()
        if run is None:
            yield JobResult(job, due, 0, 0, 0, seconds, error or output.getvalue().strip())
        else:
            yield JobResult(job, due, run.done, run.passed_over, run.failed, seconds, error or run.error)


def count_due(job: str, *, at: datetime) -> int | None:
    """How many rows the job's steps would act on, counted by the job's own queries."""
    command = load_command_class(get_commands()[job], job)
    assert isinstance(command, JobCommand)
    counts = [step.due(at).count() for step in command.steps()]
    return sum(counts) if counts else None


def format_table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """The rows as aligned columns: names flush left, numbers flush right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *numbers in rows:
        yield "  ".join([name.ljust(widths[0]), *map(str.rjust, numbers, widths[1:])])


def _ordered_jobs() -> list[str]:
    jobs = list(settings.JOB_SCHEDULE)
    for job, before in RUN_BEFORE.items():
        jobs.remove(job)
        jobs.insert(jobs.index(before), job)
    return jobs
