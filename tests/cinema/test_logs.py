from typing import Any

import pytest
from django.contrib.admin import AdminSite
from django.urls import reverse

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
