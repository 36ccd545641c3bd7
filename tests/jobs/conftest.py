from pathlib import Path
from typing import Any

import pytest

from cinema import clock as cinema_clock
from tests.helpers.sample_jobs import Clock


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The job's clocks, standing still at noon: nothing sleeps, and time passes only when a test lets it."""
    clock = Clock()
    for name in ("now", "monotonic", "sleep"):
        monkeypatch.setattr(cinema_clock, name, getattr(clock, name))
    return clock


@pytest.fixture(autouse=True)
def static_root(settings: Any, tmp_path: Path) -> None:
    """WhiteNoise warns, and warnings are errors, where nobody has collected the static files."""
    settings.STATIC_ROOT = tmp_path
