"""The clock, in functions that a test can replace. Commands, views and staff's actions ask it once and
hand the instant inward as `at`; models and services never ask."""

import time
from datetime import UTC, datetime

from django.utils import timezone


def now() -> datetime:
    """The instant, in UTC, by the machine's wall clock; may jump."""
    return timezone.now()


def this_year() -> int:
    """The year in UTC. May be asked while the settings are being read."""
    return datetime.now(UTC).year


def monotonic() -> float:
    """Seconds for measuring; never goes back."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    time.sleep(seconds)
