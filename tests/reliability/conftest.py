from typing import Any

import pytest

from cinema import clock
from reports.services import fetching
from tests.helpers.factories import LONG_AGO
from tests.reliability import db_snapshot, provider_payouts


@pytest.fixture
def empty_database(transactional_db: None) -> None:
    """A database without rows, for a test that commits; see `tests.reliability.db_snapshot`."""
    db_snapshot.delete_all_rows()


@pytest.fixture(autouse=True)
def _no_sleep(monkeypatch: Any) -> None:
    """A job that retries does so at once."""
    monkeypatch.setattr(clock, "sleep", lambda seconds: None)


@pytest.fixture(autouse=True)
def _receipts_for_all_payments(settings: Any) -> None:
    settings.RECEIPTS_SINCE = LONG_AGO


@pytest.fixture(autouse=True)
def _no_qr_images(monkeypatch: Any) -> None:
    """These tests count e-mails; drawing their QR codes would take most of the time."""
    monkeypatch.setattr("notifications.channels.email.qr_images", lambda _letter: ())


@pytest.fixture(autouse=True)
def _payouts_to_fetch(monkeypatch: Any, settings: Any) -> None:
    settings.STRIPE_SECRET_KEY = "a key of nobody"
    monkeypatch.setattr(fetching, "payouts", provider_payouts.payouts)
    monkeypatch.setattr(fetching, "settled_by", provider_payouts.settled_by)
