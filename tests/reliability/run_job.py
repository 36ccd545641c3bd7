"""Running jobs in proofs: as cron does, at the instant of the evening, on clocks that do as they are told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from django.core.management import call_command, get_commands, load_command_class
from django.utils import timezone

from cinema import clock
from jobs import leases
from jobs.command import JobCommand
from jobs.steps import Step
from orders import invariants
from tests.reliability.scenario import AT

LEASE_IS_OVER = timedelta(seconds=41)  # a holder that vanished blocks nobody for longer than 40 s


def run(job: str, *, at: datetime = AT, **options: Any) -> None:
    """One pass of the job with `at` as its now."""
    call_command(job, at=at.isoformat(), **options)


@contextmanager
def by_the_clock(*, later: timedelta) -> Iterator[None]:
    with patch.object(clock, "now", lambda: timezone.now() + later):
        yield


@contextmanager
def everybody_gets_a_lease() -> Iterator[None]:
    """The lease only saves work: what is proved of two copies must hold without it."""
    with patch.object(leases, "acquire", lambda job, at: leases.Lease(job=job, holder="anybody", renewed=0.0)):
        yield


def flaws(at: datetime = AT) -> list[invariants.Violation]:
    """Where the books do not balance; none but in a proof's control. What is still to be done is no flaw."""
    with patch.object(invariants, "overdue_rows", lambda at, periods: []):
        return list(invariants.violations(at))


def steps_of(job: str) -> list[Step]:
    command = load_command_class(get_commands()[job], job)
    assert isinstance(command, JobCommand)
    return command.steps()
