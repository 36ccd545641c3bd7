import logging
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.backends import ModelBackend
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Attempt, User
from tests.helpers.users import PASSWORD, someone

WRONG = "wrong"

pytestmark = pytest.mark.django_db


@pytest.fixture
def cashier() -> User:
    return someone(email="cashier@example.org")


@pytest.fixture(autouse=True)
def english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


def try_to_log_in(
    password: str = WRONG, *, email: str = "cashier@example.org", address: str = "10.0.0.1", **headers: Any
) -> Any:
    return Client(REMOTE_ADDR=address, **headers).post(
        reverse("admin:login"), {"username": email, "password": password}
    )


def test_the_fifth_failure_blocks_log_in_even_with_the_right_password(cashier: User) -> None:
    answers = [try_to_log_in().status_code for _number in range(5)]

    assert answers == [200, 200, 200, 200, 429]
    assert try_to_log_in(PASSWORD).status_code == 429


def test_a_colleague_at_the_same_address_can_still_log_in(cashier: User) -> None:
    someone(email="bar@example.org")
    for _number in range(5):
        try_to_log_in()

    assert try_to_log_in(PASSWORD, email="bar@example.org").status_code == 302


def test_failures_from_another_address_do_not_lock_the_user_out(cashier: User) -> None:
    for _number in range(6):
        try_to_log_in(address="203.0.113.7")

    assert try_to_log_in(PASSWORD).status_code == 302


def test_one_password_tried_on_many_accounts_is_paused_by_address_before_the_hash(
    cashier: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [try_to_log_in(email=f"person{number}@example.org").status_code for number in range(30)]
    monkeypatch.setattr(ModelBackend, "authenticate", lambda *_args, **_kwargs: pytest.fail("a password was hashed"))

    paused = try_to_log_in(email="person30@example.org")

    assert answers == [200] * 30
    assert paused.status_code == 429
    assert 0 < int(paused["Retry-After"]) <= 900
    assert "paused for 15 minutes" in paused.text


def test_right_passwords_do_not_use_up_the_attempts_of_an_address(cashier: User) -> None:
    assert [try_to_log_in(PASSWORD).status_code for _number in range(31)] == [302] * 31
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("door", ["/account/sign-in/", "/admin/login/"])
def test_a_door_does_not_tell_whether_the_password_of_somebody_else_was_right(cashier: User, door: str) -> None:
    customer = User.objects.create_user("anna@example.org", PASSWORD)
    stranger = customer if door.startswith("/admin") else cashier

    def statuses(password: str, address: str) -> list[int]:
        client = Client(REMOTE_ADDR=address)
        given = {"username": stranger.email, "password": password}
        return [client.post(door, given).status_code for _number in range(6)]

    assert statuses(PASSWORD, "203.0.113.1") == statuses(WRONG, "203.0.113.2") == [200] * 4 + [429] * 2


def test_names_are_compared_in_one_way_on_every_database(cashier: User) -> None:
    someone(email="nina@example.org")

    assert try_to_log_in(PASSWORD, email="nına@example.org").status_code == 200  # a dotless ı is no i
    assert try_to_log_in(PASSWORD, email=" NINA@Example.org ").status_code == 302


def test_addresses_of_one_ipv6_network_share_their_attempts(cashier: User) -> None:
    for number in range(5):
        try_to_log_in(address=f"2001:db8:1:2::{number}")

    assert try_to_log_in(PASSWORD, address="2001:db8:1:2:ffff::1").status_code == 429
    assert try_to_log_in(PASSWORD, address="2001:db8:1:3::1").status_code == 302


def test_other_spellings_of_the_name_give_no_extra_attempts(cashier: User) -> None:
    spellings = [
        "cashier@example.org",
        "Cashier@example.org",
        "CASHIER@EXAMPLE.ORG",
        " cashier@example.org",
        "cASHIER@example.org",
    ]
    for email in spellings:
        try_to_log_in(email=email)

    assert try_to_log_in(PASSWORD).status_code == 429


def test_the_lock_ends_after_15_minutes_despite_further_attempts(cashier: User) -> None:
    for _number in range(5):
        try_to_log_in()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14))
    try_to_log_in()
    assert try_to_log_in(PASSWORD).status_code == 429

    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))

    assert try_to_log_in(PASSWORD).status_code == 302


def test_a_successful_log_in_resets_the_failures(cashier: User) -> None:
    for _number in range(4):
        try_to_log_in()
    try_to_log_in(PASSWORD)

    assert [try_to_log_in().status_code for _number in range(4)] == [200] * 4


@pytest.mark.parametrize(("language", "words"), [("ru", "приостановлен"), ("en", "paused for 15 minutes")])
def test_the_lock_out_page_says_when_to_try_again(cashier: User, language: str, words: str) -> None:
    for _number in range(5):
        answer = try_to_log_in(HTTP_ACCEPT_LANGUAGE=language)

    assert words in answer.text
    assert answer["Retry-After"] == "900"
    assert "cashier@example.org" not in answer.text


def test_logs_name_no_person_and_neither_logs_nor_tables_contain_passwords(
    cashier: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    for _number in range(6):
        try_to_log_in("hunter2", address="198.51.100.23")

    assert "cashier" not in caplog.text
    assert "198.51.100.23" not in caplog.text
    assert "hunter2" not in caplog.text + "".join(AccessAttempt.objects.values_list("post_data", flat=True))


def test_a_request_without_an_address_is_no_error(cashier: User) -> None:
    assert try_to_log_in(address="").status_code == 200
    assert try_to_log_in(PASSWORD, address="").status_code == 302
