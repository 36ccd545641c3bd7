"""The page of one's own two-step sign-in, and the reset of a colleague's."""

import re
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core import signing
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from accounts.services import second_factor
from backoffice.accounts.second_factor import SALT
from cinema import clock
from house_rules.models import HouseRules
from house_rules.rules import settings_as_row
from notifications.models import MessageKind, Notification
from tests.helpers.factories import a_cinema
from tests.helpers.pages.authenticator import code, enrolled, wrong_code
from tests.helpers.users import PASSWORD, browser, someone

pytestmark = pytest.mark.django_db

PAGE = "/admin/accounts/user/second-factor/"


def logged_in(person: User) -> Client:
    client = Client()
    client.post(reverse("admin:login"), {"username": person.email, "password": PASSWORD})
    return client


def offered(answer: Any) -> tuple[str, str]:
    """The signed secret in the form, and the secret that the page shows."""
    signed = re.search(r'name="secret" value="([^"]+)"', answer.text)
    assert signed
    return signed[1], signing.loads(signed[1], salt=SALT)["secret"]


def codes_in(answer: Any) -> list[str]:
    return re.findall(r"<li>((?:[a-z2-9]{4}-?){4})</li>", answer.text)


def test_opening_the_page_stores_nothing_and_the_first_code_enrols() -> None:
    person = someone("usher")
    client = logged_in(person)

    signed, secret = offered(client.get(PAGE))
    assert TOTPDevice.objects.count() == 0
    wrong = client.post(PAGE, {"secret": signed, "code": wrong_code()})
    assert TOTPDevice.objects.count() == 0
    assert offered(wrong) == (signed, secret)
    answer = client.post(PAGE, {"secret": signed, "code": code(secret)})

    assert answer.text.count("<li>") >= 10
    assert second_factor.is_enrolled(person)
    assert LogEntry.objects.get().user == person
    assert "recovery codes left" in client.get(PAGE).text


@pytest.mark.parametrize("required", [False, True])
def test_pressing_twice_shows_the_same_recovery_codes(required: bool) -> None:
    HouseRules.objects.create(**{**settings_as_row(), "second_factor_for_money": required})
    person = someone("cashier", all_cinemas=True)
    client, second = logged_in(person), Client()
    signed, secret = offered(client.get(PAGE))
    second.cookies = SimpleCookie({name: each.value for name, each in client.cookies.items()})  # sent before the answer
    given = {"secret": signed, "code": code(secret)}

    first, again = client.post(PAGE, given), second.post(PAGE, given)

    assert codes_in(first) == codes_in(again)
    assert len(codes_in(again)) == 10
    assert LogEntry.objects.filter(user=person).count() == 1
    assert client.get(reverse("admin:index")).status_code == 200
    if required:  # the first press has logged in, and ended the session of the second
        assert second.get(reverse("admin:index")).status_code == 302
    TOTPDevice.objects.update(last_t=F("last_t") - 5)
    assert client.post(PAGE, given)["Location"] == PAGE
    assert Client().post(PAGE, given)["Location"] == reverse("admin:login")


def test_pressing_twice_on_renewing_or_turning_off_leads_to_the_page() -> None:
    person = someone("usher")
    enrolled(person)
    client = browser(person)

    answers = [client.post(PAGE, {"remove": ""}), client.post(PAGE, {"remove": ""}), client.post(PAGE, {"renew": ""})]

    assert [answer["Location"] for answer in answers] == [PAGE] * 3


def test_the_secret_of_another_page_is_refused() -> None:
    signed, secret = offered(logged_in(someone("usher")).get(PAGE))
    other = someone("bar")

    logged_in(other).post(PAGE, {"secret": signed, "code": code(secret)})
    logged_in(other).post(PAGE, {"secret": "made-up", "code": code(secret)})

    assert TOTPDevice.objects.count() == 0


def test_an_open_screen_is_not_enough_to_turn_it_off() -> None:
    person = someone("usher")
    enrolled(person)
    left_open = browser(person, password_at=clock.now() - timedelta(hours=3))

    answer = left_open.post(PAGE, {"remove": ""})

    assert "password_again" in answer.text
    assert second_factor.is_enrolled(person)
    left_open.post(PAGE, {"remove": "", "password_again": PASSWORD})
    assert not second_factor.is_enrolled(person)


def test_new_recovery_codes_are_shown_once() -> None:
    person = someone("usher")
    former = enrolled(person)

    shown = browser(person).post(PAGE, {"renew": ""}).text

    assert 'id="recovery-codes"' in shown
    assert former[0] not in shown
    assert 'id="recovery-codes"' not in browser(person).get(PAGE).text


def test_who_must_use_it_enrols_before_the_first_page() -> None:
    HouseRules.objects.create(**{**settings_as_row(), "second_factor_for_money": True})
    person = someone("cashier", all_cinemas=True)
    client = Client()

    answer = client.post(reverse("admin:login"), {"username": person.email, "password": PASSWORD})

    assert answer["Location"] == PAGE
    assert client.get(reverse("admin:index")).status_code == 302
    signed, secret = offered(client.get(PAGE))
    client.post(PAGE, {"secret": signed, "code": code(secret)})
    assert client.get(reverse("admin:index")).status_code == 200
    client.post(PAGE, {"remove": ""})
    assert second_factor.is_enrolled(person)


def test_nobody_sees_the_page_without_the_password() -> None:
    person = someone("cashier")
    enrolled(person)
    client = Client()
    client.post(reverse("admin:login"), {"username": person.email, "password": PASSWORD})

    answers = [
        Client().get(PAGE),
        Client().post(PAGE, {"remove": ""}),
        client.get(PAGE),
        client.post(PAGE, {"remove": ""}),
    ]

    assert [answer["Location"] for answer in answers] == [reverse("admin:login")] * 4
    assert second_factor.is_enrolled(person)


def test_a_manager_resets_the_second_factor_of_a_colleague_with_a_reason() -> None:
    cinema = a_cinema()
    cashier, manager = someone("cashier", cinema), someone("cinema_manager", cinema)
    enrolled(cashier)
    page = reverse("admin:accounts_user_reset_second_factor", args=[cashier.pk])

    logged_in(manager).post(page, {"reason": "Lost the phone at sea"})

    assert not second_factor.is_enrolled(cashier)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (manager, str(cashier.pk))
    assert "Lost the phone at sea" in entry.change_message
    told = Notification.objects.get(kind=MessageKind.STAFF_ACCOUNT)
    assert (told.recipient, told.context["change"]) == (cashier.email, "SECOND_FACTOR")


def test_nobody_resets_their_own() -> None:
    owner = someone("owner", all_cinemas=True)
    enrolled(owner)

    answer = browser(owner).post(
        reverse("admin:accounts_user_reset_second_factor", args=[owner.pk]),
        {"reason": "Forgot it at home"},
    )

    assert "Ask a colleague" in answer.text
    assert second_factor.is_enrolled(owner)


def test_the_secrets_have_no_pages_of_their_own() -> None:
    root = User.objects.create_superuser("root@example.org", PASSWORD)

    assert browser(root).get("/admin/otp_totp/totpdevice/").status_code == 404
