"""Staff are signed out after eight idle hours; customers are not."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.staff_sessions import ACTIVE, PASSWORD
from cinema import clock
from tests.helpers.factories import a_customer
from tests.helpers.users import PASSWORD as SECRET
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

INDEX = reverse("admin:index")


@pytest.fixture
def at_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Moves the clock so far ahead of the start of the test."""
    start = clock.now()
    monkeypatch.setattr(clock, "now", lambda: start)
    return lambda later: monkeypatch.setattr(clock, "now", lambda: start + later)


def logged_in(person: User) -> Client:
    client = Client()
    answer = client.post(reverse("admin:login"), {"username": person.email, "password": SECRET})
    assert answer.status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get(INDEX).status_code == 200


def test_a_session_of_staff_ends_after_eight_idle_hours(at_time: Any) -> None:
    client = logged_in(someone("cashier"))
    idle = settings.STAFF_SESSION_IDLE

    at_time(idle - timedelta(minutes=2))
    assert is_in(client)
    at_time(2 * idle - timedelta(minutes=4))
    assert is_in(client)
    at_time(3 * idle - timedelta(minutes=4))
    assert not is_in(client)

    assert client.get(INDEX).url == f"{reverse('admin:login')}?next={INDEX}"
    assert not client.session.keys() & {ACTIVE, PASSWORD, "_auth_user_id"}


def test_the_row_of_a_staff_session_expires_with_it() -> None:
    client = logged_in(someone("cashier"))

    assert client.session.get_expiry_age() <= settings.STAFF_SESSION_IDLE.total_seconds()


def test_pages_of_the_shop_do_not_prolong_a_session_of_staff(at_time: Any) -> None:
    client = logged_in(someone("cashier"))

    at_time(settings.STAFF_SESSION_IDLE - timedelta(minutes=2))
    client.get("/")
    at_time(settings.STAFF_SESSION_IDLE)

    assert not is_in(client)


def test_a_page_within_the_same_minute_writes_no_session(at_time: Any) -> None:
    client = logged_in(someone("cashier"))
    at_time(timedelta(seconds=59))
    client.get(INDEX)
    before = client.session[ACTIVE]
    at_time(timedelta(seconds=60))
    client.get(INDEX)

    assert datetime.fromisoformat(client.session[ACTIVE]) - datetime.fromisoformat(before) == timedelta(minutes=1)


def test_customers_stay_signed_in(at_time: Any) -> None:
    client = Client()
    client.force_login(a_customer())
    client.get(INDEX)  # not theirs, and no reason to sign them out

    at_time(timedelta(days=10))
    client.get(INDEX)

    assert client.get(reverse("shop:account")).status_code == 200
    assert client.session.get_expiry_age() == settings.SESSION_COOKIE_AGE
