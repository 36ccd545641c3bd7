"""The page of a bonus account: its history, and adding or deducting points."""

import pytest

from bonuses.models import BonusAccount, BonusTransaction
from bonuses.services import adjust
from tests.helpers.factories import NOON, a_customer, an_order
from tests.helpers.pages.admin_pages import admin_url, messages_of, query_count, run_action
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

HOSTILE = ["", "0", "9" * 40, "1.5", "\u202e12", "\x00", "<script>alert(1)</script>"]


@pytest.fixture
def account() -> BonusAccount:
    return a_customer(points=100).bonus_account


def test_points_are_added_and_deducted_with_a_reason(account):
    client = browser(someone("cinema_manager"))

    run_action(client, account, "adjust_points", amount="50", reason="Sorry for the noise")
    answer = run_action(client, account, "adjust_points", amount="-30", reason="Booked twice")

    assert messages_of(answer) == [f"{account}: -30 points. New balance: 120."]
    last = BonusTransaction.objects.latest("pk")
    assert (last.amount, last.description, last.actor.email) == (-30, "Booked twice", "cinema_manager@example.org")


def test_submitting_the_form_twice_changes_the_balance_once_and_shows_the_change(account):
    client = browser(someone("cinema_manager"))
    typed = {
        "seen": client.get(admin_url(account, "adjust_points")).context_data["form"]["seen"].value(),
        "amount": "50",
        "reason": "Bonus",
    }
    client.post(admin_url(account, "adjust_points"), typed)

    again = client.post(admin_url(account, "adjust_points"), typed)

    account.refresh_from_db()
    assert account.balance == 150
    assert "changed the balance by +50 (Bonus)" in again.content.decode()


def test_deducting_more_than_the_balance_is_refused_and_keeps_the_typed_values(account):
    answer = run_action(browser(someone("cinema_manager")), account, "adjust_points", amount="-101", reason="All of it")

    account.refresh_from_db()
    assert account.balance == 100
    assert "the balance is 100" in answer.content.decode()
    assert 'value="All of it"' in answer.content.decode()


@pytest.mark.parametrize("role", ["floor_manager", "accountant", "cashier"])
def test_roles_without_permission_are_denied(account, role):
    client = browser(someone(role))

    assert client.get(admin_url(account, "adjust_points")).status_code == 403
    assert (
        client.post(admin_url(account, "adjust_points"), {"seen": "0", "amount": "5", "reason": "x"}).status_code == 403
    )


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_are_rejected_without_changes(account, value):
    answer = browser(someone("owner")).post(
        admin_url(account, "adjust_points"), {"seen": value, "amount": value, "reason": value}
    )

    account.refresh_from_db()
    assert answer.status_code == 200
    assert account.balance == 100


def test_the_history_shows_the_balance_after_each_transaction(account):
    an_order(customer=account.user, points=30)
    adjust(account, amount=5, reason="Sorry", at=NOON)

    page = browser(someone("accountant")).get(admin_url(account))

    [inline] = page.context_data["inline_admin_formsets"]
    assert [(form.instance.amount, form.instance.running_balance) for form in inline.formset.forms] == [
        (5, 75),
        (-30, 70),
        (100, 100),
    ]


def test_the_page_runs_the_same_number_of_queries_for_3_transactions_and_for_20(account):
    client = browser(someone("accountant"))

    def cost() -> int:
        return query_count(client, admin_url(account))

    for _number in range(2):
        adjust(account, amount=1, reason="One", at=NOON)
    few = cost()
    for _number in range(17):
        adjust(account, amount=1, reason="One", at=NOON)

    assert cost() == few < 25
