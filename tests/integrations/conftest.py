from datetime import datetime

import pytest

from cinema import clock
from tests.helpers.factories import NOON


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> datetime:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    return NOON
