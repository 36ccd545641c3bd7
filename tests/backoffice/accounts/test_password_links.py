"""Staff set their password by an e-mailed link or with the old one, and nobody else can set it."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services import password_token
from cinema import clock
from notifications.models import MessageKind, Notification
from screenings.models import Cinema
from tests.helpers.factories import a_cinema
from tests.helpers.users import PASSWORD, browser, someone

pytestmark = pytest.mark.django_db

NEW = "a quiet river"
TYPED = {"new_password1": NEW, "new_password2": NEW}


@pytest.fixture
def cinema() -> Cinema:
    return a_cinema()


@pytest.fixture
def cashier(cinema: Cinema) -> User:
    return someone("cashier", cinema)


def link_of(person: User, **late: Any) -> str:
    return reverse(
        "admin:accounts_user_set_password", args=[password_token(person, at=clock.now() - timedelta(**late))]
    )


def knows(person: User, password: str) -> bool:
    return User.objects.get(pk=person.pk).check_password(password)


def test_a_link_is_sent_to_the_address_of_the_account(cashier: User, cinema: Cinema) -> None:
    manager = browser(someone("cinema_manager", cinema))
    page = reverse("admin:accounts_user_send_password_link", args=[cashier.pk])

    answer = manager.post(page, follow=True)

    message = Notification.objects.get()
    assert (message.kind, message.recipient) == (MessageKind.STAFF_PASSWORD, cashier.email)
    assert message.not_after == message.created_at + timedelta(hours=72)
    assert message.context["link"] not in answer.text
    assert LogEntry.objects.get().object_id == str(cashier.pk)
    assert Client().get(message.context["link"].removeprefix(settings.SITE_URL)).status_code == 200


def test_a_link_sets_the_password_once_and_ends_all_sessions(cashier: User) -> None:
    link, at_work = link_of(cashier), browser(cashier)

    first = Client().post(link, TYPED)
    second = Client().post(link, {"new_password1": "of a stranger", "new_password2": "of a stranger"})

    assert (first.status_code, second.status_code) == (302, 410)
    assert knows(cashier, NEW)
    assert at_work.get(reverse("admin:index")).status_code == 302
    assert LogEntry.objects.get().user == cashier


def test_another_link_is_sent_at_once_when_the_last_one_no_longer_works(cashier: User, cinema: Cinema) -> None:
    manager = browser(someone("cinema_manager", cinema))
    page = reverse("admin:accounts_user_send_password_link", args=[cashier.pk])
    manager.post(page)
    link = Notification.objects.get().context["link"].removeprefix(settings.SITE_URL)

    assert "a few minutes ago and still works" in manager.post(page).text
    assert Notification.objects.filter(kind=MessageKind.STAFF_PASSWORD).count() == 1

    Client().post(link, TYPED)
    answer = manager.post(page, follow=True)

    assert f"A link to set a password was sent to {cashier.email}." in answer.text
    assert Notification.objects.filter(kind=MessageKind.STAFF_PASSWORD).count() == 2


def test_opening_a_link_changes_nothing(cashier: User) -> None:
    assert Client().get(link_of(cashier)).status_code == 200
    assert knows(cashier, PASSWORD)


@pytest.mark.parametrize(
    "typed", [{"new_password1": "x", "new_password2": "x"}, {"new_password1": NEW, "new_password2": "y"}]
)
def test_a_weak_or_mistyped_password_is_not_stored(cashier: User, typed: dict[str, str]) -> None:
    assert Client().post(link_of(cashier), typed).status_code == 200
    assert knows(cashier, PASSWORD)


def test_old_forged_and_outdated_links_are_refused(cashier: User) -> None:
    customer, former = User.objects.create_user("viewer@example.org"), someone(is_active=False)
    moved, link = someone("bar"), ""
    link = link_of(moved)
    User.objects.filter(pk=moved.pk).update(email="moved@example.org")
    links = [
        link_of(cashier, hours=72, seconds=1),
        link_of(cashier)[:-3] + "xx/",
        link_of(customer),
        link_of(former),
        link,
    ]

    answers = [Client().post(each, TYPED) for each in links]

    assert [answer.status_code for answer in answers] == [410] * 5
    assert [knows(person, NEW) for person in (cashier, customer, former, moved)] == [False] * 4


def test_nobody_types_the_password_of_somebody_else(cashier: User, cinema: Cinema) -> None:
    owner = someone("owner", all_cinemas=True)
    typed = {"password1": NEW, "password2": NEW, "usable_password": "true"}

    answers = [
        browser(actor).post(reverse("admin:auth_user_password_change", args=[cashier.pk]), typed)
        for actor in (owner, someone("cinema_manager", cinema))
    ]

    send = reverse("admin:accounts_user_send_password_link", args=[cashier.pk])
    assert [answer["Location"] for answer in answers] == [send, send]
    assert knows(cashier, PASSWORD)


def test_ones_own_password_needs_the_old_one() -> None:
    owner = someone("owner", all_cinemas=True)
    client = browser(owner)
    own = reverse("admin:password_change")

    page = client.post(
        reverse("admin:auth_user_password_change", args=[owner.pk]), {"password1": NEW, "password2": NEW}
    )
    client.post(own, {"old_password": "a guess", **TYPED})

    assert page["Location"] == own
    assert knows(owner, PASSWORD)
    client.post(own, {"old_password": PASSWORD, **TYPED})
    assert knows(owner, NEW)


def test_ones_own_password_is_not_guessed_there() -> None:
    owner = someone("owner", all_cinemas=True)
    client, own = browser(owner), reverse("admin:password_change")
    for number in range(settings.ATTEMPTS["old_password"][1]):
        client.post(own, {"old_password": f"guess {number}", **TYPED})

    refused = client.post(own, {"old_password": PASSWORD, **TYPED})

    assert "Too many attempts. Try again in 15 minutes." in refused.text
    assert knows(owner, PASSWORD)


def test_a_link_is_not_sent_for_who_has_more_access(cinema: Cinema) -> None:
    above = someone("owner", cinema)
    page = reverse("admin:accounts_user_send_password_link", args=[above.pk])

    browser(someone("cinema_manager", cinema)).post(page)

    assert Notification.objects.count() == 0
