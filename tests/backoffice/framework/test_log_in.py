"""The log-in form asks for the second factor if the person has enrolled one, and not otherwise."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from cinema import clock
from tests.helpers.pages.authenticator import code, enrolled, wrong_code
from tests.helpers.users import PASSWORD, someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def cashier() -> User:
    return someone("cashier", all_cinemas=True)


def log_in(client: Client, **typed: str) -> Any:
    return client.post(reverse("admin:login"), typed)


def is_in(client: Client) -> bool:
    return client.get(reverse("admin:index")).status_code == 200


def test_the_password_is_enough_for_who_has_not_enrolled(client: Client, cashier: User) -> None:
    assert "otp_token" not in client.get(reverse("admin:login")).text

    log_in(client, username=cashier.email, password=PASSWORD)

    assert is_in(client)


def test_the_code_is_asked_after_the_right_password_only(client: Client, cashier: User) -> None:
    enrolled(cashier)

    wrong = log_in(client, username=cashier.email, password="wrong")
    right = log_in(client, username=cashier.email, password=PASSWORD)

    assert ["otp_token" in answer.text for answer in (wrong, right)] == [False, True]
    assert not is_in(client)
    log_in(client, otp_token=code())
    assert is_in(client)


def test_all_three_are_taken_at_once(client: Client, cashier: User) -> None:
    enrolled(cashier)

    log_in(client, username=cashier.email, password=PASSWORD, otp_token=code())

    assert is_in(client)


def test_a_recovery_code_logs_in(client: Client, cashier: User) -> None:
    [recovery, *_others] = enrolled(cashier)

    log_in(client, username=cashier.email, password=PASSWORD)
    log_in(client, otp_token=recovery)

    assert is_in(client)


def test_a_wrong_code_logs_nobody_in_and_asks_again(client: Client, cashier: User) -> None:
    enrolled(cashier)
    log_in(client, username=cashier.email, password=PASSWORD)

    answer = log_in(client, otp_token=wrong_code())

    assert "otp_token" in answer.text
    assert not is_in(client)


def test_a_code_without_a_password_logs_nobody_in(client: Client, cashier: User) -> None:
    enrolled(cashier)

    log_in(client, otp_token=code())
    log_in(client, username=cashier.email, otp_token=code())

    assert not is_in(client)


def test_the_second_step_is_open_for_ten_minutes_and_ends_with_a_new_password(
    client: Client, cashier: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolled(cashier)
    log_in(client, username=cashier.email, password=PASSWORD)
    other = Client()
    log_in(other, username=cashier.email, password=PASSWORD)
    cashier.set_password("of somebody else")
    cashier.save()

    log_in(other, otp_token=code())
    assert not is_in(other)

    cashier.set_password(PASSWORD)
    cashier.save()
    late = clock.now() + settings.SECOND_STEP
    monkeypatch.setattr(clock, "now", lambda: late + timedelta(seconds=1))
    log_in(client, otp_token=code())
    assert not is_in(client)


def test_wrong_passwords_are_still_limited(client: Client, cashier: User) -> None:
    enrolled(cashier)

    for _attempt in range(5):
        log_in(client, username=cashier.email, password="wrong")

    assert log_in(client, username=cashier.email, password=PASSWORD, otp_token=code()).status_code == 429


def test_a_right_password_without_the_code_does_not_forget_wrong_ones(client: Client, cashier: User) -> None:
    enrolled(cashier)
    for _attempt in range(4):
        log_in(client, username=cashier.email, password="wrong")

    log_in(client, username=cashier.email, password=PASSWORD)

    assert log_in(client, username=cashier.email, password="wrong").status_code == 429
