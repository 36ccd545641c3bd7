"""A customer's account: its balance explained, and points added or taken with a reason."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from bonuses.models import BonusAccount, BonusTransaction
from bonuses.services import adjust
from tests.helpers.factories import NOON, a_customer, an_order
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

HOSTILE = ["", "0", "9" * 40, "1.5", "\u202e12", "\x00", "<script>alert(1)</script>"]


@pytest.fixture
def account() -> BonusAccount:
    return a_customer(points=100).bonus_account


def address(account: BonusAccount, page: str = "adjust_points") -> str:
    return reverse(f"admin:bonuses_bonusaccount_{page}", args=[account.pk])


def told(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def do(client: Client, account: BonusAccount, **typed: Any) -> Any:
    seen = client.get(address(account)).context_data["form"]["seen"].value()
    return client.post(address(account), {"seen": seen, **typed}, follow=True)


def test_points_are_added_and_taken_with_a_reason(account):
    client = browser(someone("cinema_manager"))

    do(client, account, amount="50", reason="Sorry for the noise")
    answer = do(client, account, amount="-30", reason="Booked twice")

    assert told(answer) == [f"{account}: -30 points. New balance: 120."]
    last = BonusTransaction.objects.latest("pk")
    assert (last.amount, last.description, last.actor.email) == (-30, "Booked twice", "cinema_manager@example.org")


def test_a_second_press_books_nothing_twice_and_says_what_was_booked(account):
    client = browser(someone("cinema_manager"))
    typed = {
        "seen": client.get(address(account)).context_data["form"]["seen"].value(),
        "amount": "50",
        "reason": "Bonus",
    }
    client.post(address(account), typed)

    again = client.post(address(account), typed)

    account.refresh_from_db()
    assert account.balance == 150
    assert "changed the balance by +50 (Bonus)" in again.content.decode()


def test_more_than_there_is_cannot_be_taken_and_what_was_typed_stays(account):
    answer = do(browser(someone("cinema_manager")), account, amount="-101", reason="All of it")

    account.refresh_from_db()
    assert account.balance == 100
    assert "the balance is 100" in answer.content.decode()
    assert 'value="All of it"' in answer.content.decode()


@pytest.mark.parametrize("role", ["floor_manager", "accountant", "cashier"])
def test_who_may_not_does_not(account, role):
    client = browser(someone(role))

    assert client.get(address(account)).status_code == 403
    assert client.post(address(account), {"seen": "0", "amount": "5", "reason": "x"}).status_code == 403


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_change_nothing_and_break_nothing(account, value):
    answer = browser(someone("owner")).post(address(account), {"seen": value, "amount": value, "reason": value})

    account.refresh_from_db()
    assert answer.status_code == 200
    assert account.balance == 100


def test_the_page_says_what_the_account_came_to_after_each_movement(account):
    an_order(customer=account.user, points=30)
    adjust(account, amount=5, reason="Sorry", at=NOON)

    page = browser(someone("accountant")).get(address(account, "change"))

    [inline] = page.context_data["inline_admin_formsets"]
    assert [(form.instance.amount, form.instance.running_balance) for form in inline.formset.forms] == [
        (5, 75),
        (-30, 70),
        (100, 100),
    ]


def test_the_page_costs_the_same_for_3_movements_and_for_20(account):
    client = browser(someone("accountant"))

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(address(account, "change"))
        return len(queries)

    for _number in range(2):
        adjust(account, amount=1, reason="One", at=NOON)
    few = cost()
    for _number in range(17):
        adjust(account, amount=1, reason="One", at=NOON)

    assert cost() == few < 25
