"""Before people, rules and money above a limit are changed, staff give their password again; nothing typed is lost."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import Approval, User
from accounts.services import request_approval
from accounts.staff_sessions import PASSWORD as PASSWORD_AT
from bonuses.models import BonusAccount
from cinema import clock
from house_rules.models import HouseRules
from house_rules.rules import settings_as_row
from orders.services import cancel
from screenings.models import Cinema
from tests.helpers.factories import NOON, a_cinema, a_customer, an_order
from tests.helpers.fakes.newsletter_partner import a_list
from tests.helpers.users import PASSWORD, browser, someone

pytestmark = pytest.mark.django_db

TEMPLATE = "backoffice/framework/password_again.html"


@pytest.fixture
def cinema() -> Cinema:
    return a_cinema()


def left_open(person: User) -> Client:
    """A browser whose owner gave the password an hour ago."""
    return browser(person, password_at=clock.now() - timedelta(hours=1))


def asks(answer: Any) -> bool:
    return TEMPLATE in {template.name for template in answer.templates}


def repeated(answer: Any, password: str) -> dict[str, Any]:
    """What the page that asks sends: the interrupted form, and the password."""
    data: dict[str, Any] = {"password_again": password}
    for name, value in answer.context["sent"]:
        data.setdefault(name, []).append(value)
    return data


def test_a_change_of_a_person_waits_for_the_password_and_is_then_made_as_typed(cinema: Cinema) -> None:
    manager, cashier = someone("cinema_manager", cinema), someone("cashier", cinema)
    client, page = left_open(manager), reverse("admin:accounts_user_change", args=[cashier.pk])
    group = Group.objects.get(name="cashier").pk
    form = {
        "email": "new@example.org", "preferred_language": "ru", "groups": [group], "cinemas": [cinema.pk],
    }  # fmt: skip

    asked = client.post(page, form)
    wrong = client.post(page, repeated(asked, "guess"))
    cashier.refresh_from_db()
    assert asks(asked)
    assert asks(wrong)
    assert "This password is wrong" in wrong.text
    assert cashier.email == "cashier@example.org"

    done = client.post(page, repeated(wrong, PASSWORD))
    cashier.refresh_from_db()
    assert (done.status_code, cashier.email, cashier.cinemas.get()) == (302, "new@example.org", cinema)
    assert not asks(client.post(page, {**form, "email": "other@example.org"}))


@pytest.mark.parametrize("model", ["partner", "webhookendpoint", "marketinglist"])
def test_whatever_gives_others_access_or_data_waits(model: str) -> None:
    client = left_open(someone("owner", all_cinemas=True))

    assert asks(client.post(reverse(f"admin:integrations_{model}_add"), {"name": "Elsewhere"}))


def test_every_change_on_the_pages_of_people_and_rules_waits(cinema: Cinema) -> None:
    owner, other = someone("owner", all_cinemas=True), someone("cashier", cinema)
    HouseRules.objects.create(**settings_as_row())
    client = left_open(owner)
    chosen = {"_selected_action": [other.pk], "confirmed": "yes"}

    for page, form in [
        (reverse("admin:accounts_user_add"), {"email": "made@example.org"}),
        (reverse("admin:accounts_user_change", args=[other.pk]), {"email": "changed@example.org"}),
        (reverse("admin:auth_user_password_change", args=[other.pk]), {"password1": "x", "password2": "x"}),
        (reverse("admin:accounts_user_changelist"), {"action": "deactivate", **chosen}),
        (reverse("admin:accounts_user_changelist"), {"action": "reactivate", **chosen}),
        (reverse("admin:house_rules_houserules_change", args=[1]), {"refund_limit": ""}),
        (reverse("admin:integrations_marketinglist_add"), {"name": "Mine", "secret": "key-us1"}),
        (reverse("admin:integrations_marketinglist_change", args=[a_list().pk]), {"secret": "key-us2"}),
    ]:
        assert not asks(client.get(page)), page
        assert asks(client.post(page, form)), page

    assert not User.objects.filter(email="made@example.org").exists()
    assert User.objects.get(pk=other.pk).is_active


def test_who_may_not_see_the_page_is_not_asked(cinema: Cinema) -> None:
    answer = left_open(someone("cashier", cinema)).post(reverse("admin:accounts_user_add"), {})

    assert answer.status_code == 403


def test_asking_for_more_than_the_limit_and_approving_it_wait_for_the_password() -> None:
    account = BonusAccount.objects.create(user=a_customer())
    manager, owner = someone("cinema_manager"), someone("owner", all_cinemas=True)
    asking, page = left_open(manager), reverse("admin:bonuses_bonusaccount_adjust_points", args=[account.pk])
    form = {"amount": "9000", "reason": "Sorry", "seen": "0"}

    assert not asks(asking.post(page, {**form, "amount": "10"}))
    asked = asking.post(page, {**form, "seen": str(account.transactions.get().pk)})
    assert asks(asked)
    assert not Approval.objects.exists()
    asking.post(page, repeated(asked, PASSWORD))
    approval = Approval.objects.get()

    approving, page = left_open(owner), reverse("admin:accounts_approval_approve", args=[approval.pk])
    asked = approving.post(page, {"digest": approval.digest, "confirmed": "yes"})
    assert asks(asked)
    assert Approval.objects.get().status == Approval.Status.ASKED
    approving.post(page, repeated(asked, PASSWORD))

    account.refresh_from_db()
    assert (account.balance, Approval.objects.get().status) == (9010, Approval.Status.APPROVED)


def test_the_erasure_of_a_customer_waits_for_the_password() -> None:
    order = an_order(email="anna@example.org")
    cancel(order, reason="STAFF", at=NOON)
    client, page = left_open(someone("owner", all_cinemas=True)), reverse("admin:orders_order_erase", args=[order.pk])

    asked = client.post(page, {"confirmed": "yes"})
    order.refresh_from_db()
    assert (asks(asked), order.email) == (True, "anna@example.org")
    client.post(page, repeated(asked, PASSWORD))

    order.refresh_from_db()
    assert order.email == ""


def test_rejecting_a_request_needs_no_password() -> None:
    account = BonusAccount.objects.create(user=a_customer())
    asked = request_approval(
        "bonuses.adjust",
        account,
        arguments={"amount": 9_000, "reason": "Sorry"},
        facts=[],
        at=NOON,
        actor=someone("cinema_manager"),
    )

    left_open(someone("owner", all_cinemas=True)).post(
        reverse("admin:accounts_approval_refuse", args=[asked.pk]), {"reason": "No"}
    )

    assert Approval.objects.get().status == Approval.Status.REFUSED


def test_a_log_in_counts_for_a_quarter_of_an_hour(cinema: Cinema) -> None:
    manager = someone("cinema_manager", cinema)
    client, page = Client(), reverse("admin:accounts_user_add")
    client.post(reverse("admin:login"), {"username": manager.email, "password": PASSWORD})
    assert not asks(client.post(page, {}))

    session = client.session
    session[PASSWORD_AT] = (clock.now() - timedelta(minutes=15)).isoformat()
    session.save()

    assert asks(client.post(page, {}))


def test_wrong_passwords_are_limited_as_at_the_log_in(cinema: Cinema) -> None:
    client = left_open(someone("cinema_manager", cinema))
    page = reverse("admin:accounts_user_add")

    answers = [client.post(page, {"password_again": f"guess {n}"}).status_code for n in range(6)]

    assert answers == [200] * 4 + [429] * 2
    assert client.post(page, {"password_again": PASSWORD}).status_code == 429


def test_after_too_many_wrong_passwords_the_page_says_so_and_keeps_what_was_typed(cinema: Cinema) -> None:
    manager = someone("cinema_manager", cinema)
    client, page = left_open(manager), reverse("admin:accounts_user_add")
    form = {"email": "made@example.org", "preferred_language": "en", "cinemas": [cinema.pk]}
    for number in range(5):
        answer = client.post(page, {**form, "password_again": f"guess {number}"})

    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert asks(answer)
    assert "You’re still signed in: wait 15 minutes on this page" in answer.text
    assert "signing in is paused" not in answer.text
    AccessAttempt.objects.all().delete()  # as after a quarter of an hour
    assert client.post(page, repeated(answer, PASSWORD)).status_code == 302
    assert User.objects.filter(email="made@example.org").exists()


def test_wrong_passwords_of_others_in_the_same_network_are_told_in_the_same_way(cinema: Cinema) -> None:
    client, page = left_open(someone("cinema_manager", cinema)), reverse("admin:accounts_user_add")
    for number in range(31):
        Client().post(reverse("admin:login"), {"username": f"{number}@example.org", "password": "guess"})

    answer = client.post(page, {"email": "made@example.org", "password_again": PASSWORD})

    assert answer.status_code == 429
    assert asks(answer)
    assert ("email", "made@example.org") in answer.context["sent"]


def test_the_password_is_neither_repeated_on_the_page_nor_given_to_the_form(cinema: Cinema) -> None:
    client = left_open(someone("cinema_manager", cinema))

    answer = client.post(reverse("admin:accounts_user_add"), {"password_again": "guess-me-not", "email": "a@b.example"})

    assert "guess-me-not" not in answer.text
    assert answer.context["sent"] == [("email", "a@b.example")]
