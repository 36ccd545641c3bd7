"""Every test of these pages runs at noon and has a hall with seats of every type."""

import pytest

from cinema import clock
from screenings.models import Hall
from tests.helpers import factories
from tests.helpers.factories import NOON


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    monkeypatch.setattr("backoffice.framework.actions.timezone.now", lambda: NOON)


@pytest.fixture
def hall() -> Hall:
    return factories.a_hall(rows=["ss_vv", "", "llwc"])
