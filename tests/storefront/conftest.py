import pytest

from cinema import clock
from tests.helpers.factories import NOON, an_adult


@pytest.fixture(autouse=True)
def tickets_for_adults(db: None) -> None:
    """What every cinema sells, so that a picture taken before a purchase holds it."""
    an_adult()


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shop opens at the hour of the scenes."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
