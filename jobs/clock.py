"""The three clocks of a job, behind names of their own so that a test can set them."""

import time
from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The instant, by the machine's wall clock; may jump."""
    return timezone.now()


def monotonic() -> float:
    """Seconds for measuring; never goes back."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    time.sleep(seconds)
