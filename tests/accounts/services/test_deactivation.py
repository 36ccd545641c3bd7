"""Deactivation of staff accounts, and the accounts that may not be deactivated."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.errors import CannotDeactivateSelf, InsufficientAccess, LastOwner
from accounts.models import Pin, User
from accounts.services import deactivate, reactivate
from accounts.services.pins import set_pin
from tests.helpers.factories import NOON, a_cinema
from tests.helpers.users import PASSWORD, browser, someone

pytestmark = pytest.mark.django_db

LIST = "admin:accounts_user_changelist"


@pytest.fixture
def owner() -> User:
    return someone("owner", all_cinemas=True)


def ask(client: Client, person: User, action: str = "deactivate", **given: str) -> str:
    response = client.post(reverse(LIST), {"action": action, "_selected_action": [person.pk], **given}, follow=True)
    return response.text


def is_in(client: Client) -> bool:
    return client.get(reverse("admin:index")).status_code == 200


def test_a_deactivated_user_is_logged_out_at_once_and_needs_a_new_password(owner: User) -> None:
    leaver = someone("cashier", a_cinema())
    session = browser(leaver)
    assert is_in(session)

    deactivated = deactivate([leaver], actor=owner)

    assert deactivated == [leaver]
    assert not is_in(session)
    reactivate([leaver], at=NOON, actor=owner)
    assert not is_in(session), "the old session works again"
    again = Client().post(reverse("admin:login"), {"username": leaver.email, "password": PASSWORD})
    assert again.status_code == 200, "the old password still works"


def test_deactivation_keeps_roles_cinemas_and_the_account(owner: User) -> None:
    cinema = a_cinema()
    leaver = someone("cashier", cinema)

    deactivate([leaver], actor=owner)

    leaver.refresh_from_db()
    assert not leaver.is_active
    assert [group.name for group in leaver.groups.all()] == ["cashier"]
    assert list(leaver.cinemas.all()) == [cinema]


def test_staff_cannot_deactivate_themselves(owner: User) -> None:
    someone("owner", email="second@example.org", all_cinemas=True)

    with pytest.raises(CannotDeactivateSelf):
        deactivate([owner], actor=owner)

    owner.refresh_from_db()
    assert owner.is_active


def test_the_last_owner_cannot_be_deactivated(owner: User) -> None:
    clerk = User.objects.create_superuser("technician@example.org")
    User.objects.filter(pk=clerk.pk).update(is_active=False)  # an inactive superuser is not an owner who is left

    with pytest.raises(LastOwner):
        deactivate([owner], actor=clerk)

    owner.refresh_from_db()
    assert owner.is_active


def test_all_accounts_are_deactivated_or_none(owner: User) -> None:
    manager = someone("cinema_manager", cinema := a_cinema())
    cashier = someone("cashier", cinema)

    with pytest.raises(InsufficientAccess):
        deactivate([cashier, owner], actor=manager)

    assert User.objects.filter(is_active=False).count() == 0


def test_an_inactive_account_is_skipped(owner: User) -> None:
    leaver = someone("cashier")
    deactivate([leaver], actor=owner)

    assert deactivate([leaver], actor=owner) == []


def test_the_page_asks_first_and_then_says_what_it_did(owner: User) -> None:
    leaver, client = someone("cashier"), browser(owner)

    confirmation = ask(client, leaver)
    leaver.refresh_from_db()
    assert "cashier@example.org" in confirmation
    assert leaver.is_active

    answer = ask(client, leaver, confirmed="yes")

    leaver.refresh_from_db()
    assert "1 account deactivated." in answer
    assert not leaver.is_active
    assert "1 account reactivated. Send a link to set a new password." in ask(client, leaver, "reactivate")


def test_the_page_shows_why_it_refuses(owner: User) -> None:
    client = browser(owner)

    answer = ask(client, owner, confirmed="yes")

    owner.refresh_from_db()
    assert "You can’t deactivate your own account. Ask a colleague to do it." in answer
    assert owner.is_active


def test_a_manager_can_deactivate_neither_the_owner_nor_staff_of_another_cinema(owner: User) -> None:
    client = browser(someone("cinema_manager", a_cinema()))
    stranger = someone("cashier", a_cinema())

    for person in (owner, stranger):
        ask(client, person, confirmed="yes")
        person.refresh_from_db()
        assert person.is_active


def test_the_action_needs_the_permission(owner: User) -> None:
    cashier = someone("cashier", cinema := a_cinema())
    usher = someone("usher", cinema)

    browser(cashier).post(reverse(LIST), {"action": "deactivate", "_selected_action": [usher.pk], "confirmed": "yes"})

    usher.refresh_from_db()
    assert usher.is_active


def test_the_pin_of_somebody_who_was_deactivated_does_not_come_back(owner: User) -> None:
    leaver = someone("cashier", a_cinema())
    set_pin(leaver, pin="4826", at=NOON)

    deactivate([leaver], actor=owner)
    reactivate([leaver], at=NOON, actor=owner)

    assert not Pin.objects.filter(user=leaver).exists()
