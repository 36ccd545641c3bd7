from pathlib import Path
from typing import Any

import pytest

from cinema import clock as cinema_clock
from tests.helpers.sample_jobs import Clock


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stops the clock at noon: sleeping returns at once, and time passes only when a test moves it."""
    clock = Clock()
    for name in ("now", "monotonic", "sleep"):
        monkeypatch.setattr(cinema_clock, name, getattr(clock, name))
    return clock


@pytest.fixture(autouse=True)
def static_root(settings: Any, tmp_path: Path) -> None:
    """Prevents WhiteNoise's warning (an error in tests) about a missing folder of static files."""
    settings.STATIC_ROOT = tmp_path
