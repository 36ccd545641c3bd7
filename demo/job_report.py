"""Every job once, and what each of them did."""

import io
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.utils import timezone

from jobs.command import JobCommand
from jobs.models import JobRun

HEADINGS = ("job", "due", "done", "passed over", "failed", "time")
# Orders of snacks alone are complete once their snacks have lapsed: in this order one round settles everything.
EARLIER = {"cancel_expired_concession_preorders": "update_completed_order_statuses"}


@dataclass(frozen=True)
class Line:
    """What a job found and did. `due` is None for one without rows of its own; `error` is empty when all went well."""

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


def run_every_job(*, at: datetime | None = None) -> Iterator[Line]:
    """One pass of each job of the schedule, as of `at` or else of the moment in which each begins."""
    for job in _in_order():
        due = due_now(job, at=at or timezone.now())
        known = JobRun.objects.filter(job=job).order_by("-pk").values_list("pk", flat=True).first() or 0
        began = time.perf_counter()
        said = io.StringIO()
        error = ""
        with redirect_stdout(said):  # the console's text messages too
            try:
                call_command(job, at=at, stdout=said)
            except CommandError as trouble:
                error = str(trouble)
        took = time.perf_counter() - began
        run = JobRun.objects.filter(job=job, pk__gt=known).order_by("-pk").first()
        if run is None:
            yield Line(job, due, 0, 0, 0, took, error or said.getvalue().strip())
        else:
            yield Line(job, due, run.done, run.passed_over, run.failed, took, error or run.error)


def due_now(job: str, *, at: datetime) -> int | None:
    """How many rows the job's steps would act on, by the queries of the job itself."""
    command = load_command_class(get_commands()[job], job)
    assert isinstance(command, JobCommand)
    counts = [step.due(at).count() for step in command.steps()]
    return sum(counts) if counts else None


def laid_out(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """The rows in columns, names to the left and numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *numbers in rows:
        yield "  ".join([name.ljust(widths[0]), *map(str.rjust, numbers, widths[1:])])


def _in_order() -> list[str]:
    jobs = list(settings.JOB_SCHEDULE)
    for job, before in EARLIER.items():
        jobs.remove(job)
        jobs.insert(jobs.index(before), job)
    return jobs
