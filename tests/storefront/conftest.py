import pytest

from cinema import clock
from tests.helpers.factories import NOON, an_adult


@pytest.fixture(autouse=True)
def tickets_for_adults(db: None) -> None:
    """The ticket type that factories use, created first so that snapshots taken before a purchase include it."""
    an_adult()


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Freeze the clock of the shop at the time that the factories use."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
