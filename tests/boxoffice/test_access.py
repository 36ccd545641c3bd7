"""Who opens a page of the box office, and what a PIN does not open; docs/security.md refers to these tests."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import Device, User
from accounts.services import deactivate
from accounts.services.devices import code_of, offer_enrolment, revoke
from cinema import clock
from screenings.models import Cinema
from tests.helpers.box_office import a_device, at_work, enrolled
from tests.helpers.factories import a_cinema
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

HOME = "/boxoffice/"


@pytest.fixture
def cinema() -> Cinema:
    return a_cinema()


@pytest.fixture
def usher(cinema: Cinema) -> User:
    return someone("usher", cinema)


@pytest.fixture
def device(cinema: Cinema) -> Device:
    return a_device(cinema)


def test_a_pin_on_an_enrolled_device_opens_the_doors_of_the_role(usher: User, device: Device) -> None:
    page = at_work(usher, device).get(HOME)

    assert page.status_code == 200
    assert [each["icon"] for each in page.context_data["doors"]] == ["door"]


def test_a_session_of_a_pin_opens_no_page_of_the_admin(cinema: Cinema, device: Device) -> None:
    owner = someone("owner", all_cinemas=True, is_superuser=True)
    client = at_work(owner, device)

    for name in ("index", "orders_order_changelist", "accounts_user_pin", "accounts_device_changelist"):
        answer = client.get(reverse(f"admin:{name}"))
        assert answer.status_code == 302, name
        assert answer["Location"].startswith("/admin/login/"), name
    assert "second-factor" not in client.get("/admin/accounts/user/second-factor/")["Location"]


def test_a_revoked_device_is_out_at_once(usher: User, device: Device) -> None:
    client = at_work(usher, device)

    revoke(device, at=clock.now())

    assert client.get(HOME)["Location"] == "/boxoffice/enrol/"
    assert client.get("/boxoffice/lock/")["Location"] == "/boxoffice/enrol/"
    assert settings.SESSION_COOKIE_NAME not in client.cookies or not client.session.get("_auth_user_id")


def test_neither_a_password_nor_a_device_alone_is_enough(usher: User, device: Device) -> None:
    assert browser(usher).get(HOME)["Location"] == "/boxoffice/enrol/"
    assert enrolled(device).get(HOME)["Location"] == "/boxoffice/lock/"
    assert Client().get(HOME)["Location"] == "/boxoffice/enrol/"


def test_a_session_does_not_move_to_another_device(usher: User, device: Device, cinema: Cinema) -> None:
    client = at_work(usher, device)
    other = enrolled(a_device(cinema, name="Door C"))
    other.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value

    assert other.get(HOME)["Location"] == "/boxoffice/lock/"


def test_it_locks_when_idle_and_presses_keep_it_open(
    usher: User, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = at_work(usher, device)
    now = clock.now()

    for minutes, status in ((10, 200), (20, 200), (36, 302)):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: now + timedelta(minutes=minutes))
        assert client.get(HOME).status_code == status, minutes


def test_somebody_who_left_the_cinema_or_was_deactivated_is_out(usher: User, device: Device) -> None:
    client = at_work(usher, device)

    usher.cinemas.clear()
    assert client.get(HOME)["Location"] == "/boxoffice/lock/"

    other = at_work(someone("bar", device.cinema), device)
    deactivate(
        User.objects.filter(email="bar@example.org"), actor=someone("owner", all_cinemas=True, is_superuser=True)
    )
    assert other.get(HOME)["Location"] == "/boxoffice/lock/"


def test_a_script_is_told_by_the_status_that_the_device_is_locked(device: Device) -> None:
    assert enrolled(device).get(HOME, headers={"Accept": "application/json"}).status_code == 401


def test_the_cookie_of_the_device_is_closed_to_scripts_and_other_sites(device: Device) -> None:
    offer_enrolment(device, at=clock.now())
    cookie = Client().post("/boxoffice/enrol/", {"code": code_of(device).lower()}).cookies["boxoffice_device"]

    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/boxoffice/")
    device.refresh_from_db()
    assert device.digest not in cookie.value
