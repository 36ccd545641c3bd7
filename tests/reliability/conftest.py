from typing import Any

import pytest

from cinema import clock
from tests.helpers.factories import LONG_AGO
from tests.reliability import db_snapshot as stages


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(pytest.mark.slow)


@pytest.fixture
def stage(transactional_db: None) -> None:
    """A real, empty database for a test that commits; see `tests.reliability.db_snapshot`."""
    stages.truncate()


@pytest.fixture(autouse=True)
def _nobody_sleeps(monkeypatch: Any) -> None:
    """A job that is tried again is tried at once."""
    monkeypatch.setattr(clock, "sleep", lambda seconds: None)


@pytest.fixture(autouse=True)
def _receipts_are_printed(settings: Any) -> None:
    settings.RECEIPTS_SINCE = LONG_AGO


@pytest.fixture(autouse=True)
def _nothing_is_drawn(monkeypatch: Any) -> None:
    """Who is sent which letter how often is proved here, not what goes along with it, which takes longest to make."""
    monkeypatch.setattr("notifications.channels.email.qr_images", lambda _letter: ())
