"""Running jobs in proofs: as cron does, at the instant of the evening, on clocks that do as they are told."""

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from django.core.management import call_command
from django.utils import timezone

from jobs import clock
from tests.proofs.evening import AT

LEASE_IS_OVER = timedelta(seconds=41)  # a holder that vanished blocks nobody for longer than 40 s


def run(job: str, *, at: datetime = AT, later: timedelta = timedelta(0), **options: Any) -> None:
    """One pass of the job with `at` as its now; by the wall clock it is `later`. Nobody sleeps before a second try."""
    with (
        patch.object(clock, "now", lambda: timezone.now() + later),
        patch.object(clock, "sleep", lambda seconds: None),
    ):
        call_command(job, at=at.isoformat(), **options)
