"""The clock, under names of its own so that a test can set it. Commands, views and staff's actions ask it once and
hand the instant inward as `at`; models and services never ask."""

import time
from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The instant, in UTC, by the machine's wall clock; may jump."""
    return timezone.now()


def monotonic() -> float:
    """Seconds for measuring; never goes back."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    time.sleep(seconds)
