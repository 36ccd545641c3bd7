"""Runs jobs in tests as cron does, at a given instant."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from django.core.management import call_command, get_commands, load_command_class
from django.utils import timezone

from cinema import clock
from consistency import invariants
from jobs import leases
from jobs.command import JobCommand
from jobs.steps import Step
from tests.reliability.scenario import AT

AFTER_LEASE = timedelta(seconds=41)  # the lease of a killed job expires after at most 40 s


def run(job: str, *, at: datetime = AT, **options: Any) -> None:
    """One pass of the job as of `at`."""
    call_command(job, at=at.isoformat(), **options)


@contextmanager
def clock_ahead(by: timedelta) -> Iterator[None]:
    """Set the jobs' clock ahead of the real time."""
    with patch.object(clock, "now", lambda: timezone.now() + by):
        yield


@contextmanager
def leases_always_granted() -> Iterator[None]:
    """Let copies of a job run at once. The lease only avoids double work; correctness must not depend on it."""
    with patch.object(leases, "acquire", lambda job, at: leases.Lease(job=job, holder="any", renewed=0.0)):
        yield


def invariant_violations(at: datetime = AT) -> list[invariants.Violation]:
    """The violated invariants: accounts, stock and statuses that contradict each other. Overdue work is not one."""
    with patch.object(invariants, "overdue_rows", lambda at, periods: []):
        return list(invariants.violations(at))


def steps_of(job: str) -> list[Step]:
    command = load_command_class(get_commands()[job], job)
    assert isinstance(command, JobCommand)
    return command.steps()
