import logging
import sys
from typing import Any

import pytest
from django.contrib.admin import AdminSite
from django.urls import reverse

from cinema.logs import MaskSecrets, mask
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


def test_a_denied_request_is_logged_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    browser(someone("usher")).get(reverse("admin:payments_payment_changelist"))

    assert "Forbidden (Permission denied): /admin/payments/payment/" in caplog.text
    assert "Traceback" not in caplog.text


def test_an_error_of_the_server_is_logged_with_its_traceback(
    caplog: pytest.LogCaptureFixture, monkeypatch: Any
) -> None:
    monkeypatch.setattr(AdminSite, "each_context", lambda _site, _request: 1 // 0)
    client = browser(someone("usher"))
    client.raise_request_exception = False

    client.get(reverse("admin:index"))

    assert "Internal Server Error: /admin/" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_a_traceback_shows_neither_the_values_of_a_row_nor_secret_links() -> None:
    record = logging.LogRecord("jobs", logging.WARNING, __file__, 1, "batch rolled back", (), None)
    try:
        raise ValueError(
            "duplicate key\nDETAIL:  Key (recipient)=(anna@example.com) already exists.\nsee /order/secret-token/"
        )
    except ValueError:
        record.exc_info = sys.exc_info()

    MaskSecrets().filter(record)

    text = logging.Formatter().format(record)
    assert "ValueError: duplicate key" in text
    assert "anna" not in text
    assert "secret-token" not in text


def test_a_message_shows_no_address() -> None:
    assert mask("sent to Anna <anna@example.com>, /order/abc/ done") == "sent to Anna <***>, /order/***/ done"


def test_a_message_shows_no_key_and_no_phone() -> None:
    text = "key cine18e6d776_LLpRPJuLpYx-f9_2, secret whsec_u5h3CzK7/wk+HnY=, call +79261234567, at 10:00+03:00"

    assert mask(text) == "key ***, secret ***, call ***, at 10:00+03:00"


def test_a_long_text_without_an_address_is_searched_once() -> None:
    text = "x" * 1_000_000 + "\n" * 100_000  # a search from each character would take hours

    assert mask(text) == text
