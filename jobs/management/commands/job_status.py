from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from cinema import clock
from jobs.models import JobRun
from jobs.status import JobStatus, statuses

HEADINGS = ("job", "schedule", "last run", "done/passed over/failed", "took", "next run", "quarantined", "late")


class Command(BaseCommand):
    help = "Show the last run, the next run, quarantined rows and lateness of each scheduled job."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        lines = [HEADINGS, *(_line(status) for status in statuses(clock.now()))]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for line in lines:
            self.stdout.write("  ".join(map(str.ljust, line, widths)).rstrip())


def _line(status: JobStatus) -> tuple[str, ...]:
    given_up = f" ({status.given_up} given up)" if status.given_up else ""
    return (
        status.job,
        str(status.schedule),
        *_last(status.last_run),
        f"{status.next_run:%Y-%m-%d %H:%M}",
        f"{status.quarantined}{given_up}" if status.quarantined else "-",
        "LATE" if status.late else "-",
    )


def _last(run: JobRun | None) -> tuple[str, str, str]:
    if run is None:
        return "never", "-", "-"
    started = timezone.localtime(run.started_at, timezone.get_default_timezone())
    took = f"{(run.finished_at - run.started_at).total_seconds():.2f} s" if run.finished_at else "-"
    return f"{run.outcome} {started:%Y-%m-%d %H:%M:%S}", f"{run.done}/{run.passed_over}/{run.failed}", took
