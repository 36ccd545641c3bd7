"""Nobody below the owner raises rights: not their own, not a colleague's, not with fields no form shows."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services import sync_roles
from screenings.models import Cinema
from tests.helpers.factories import a_cinema
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _every_role(db: None) -> None:
    sync_roles()


@pytest.fixture
def cinema() -> Cinema:
    return a_cinema()


@pytest.fixture
def manager(cinema: Cinema) -> User:
    return someone("cinema_manager", cinema)


def group(code: str) -> int:
    return Group.objects.get(name=code).pk


def page(person: User, name: str = "change") -> str:
    return reverse(f"admin:accounts_user_{name}", args=[person.pk])


def rights(person: User) -> tuple[Any, ...]:
    person = User.objects.get(pk=person.pk)
    return (
        person.is_superuser,
        person.is_staff,
        person.is_active,
        person.all_cinemas,
        person.password,
        sorted(person.groups.values_list("name", flat=True)),
        sorted(person.cinemas.values_list("pk", flat=True)),
        person.user_permissions.count(),
    )


def everything(person: User, **given: Any) -> dict[str, Any]:
    """A form filled in with all that its fields, and those that it does not have, would take."""
    return {
        "email": person.email,
        "preferred_language": "ru",
        "is_superuser": "on",
        "is_staff": "on",
        "is_active": "on",
        "all_cinemas": "on",
        "user_permissions": [Permission.objects.get(codename="add_promocode").pk],
        **given,
    }


def test_a_manager_gives_a_cashier_another_role_of_their_own_cinema(manager: User, cinema: Cinema) -> None:
    cashier = someone("cashier", cinema)

    answer = browser(manager).post(
        page(cashier),
        {"email": cashier.email, "preferred_language": "ru", "groups": [group("bar")], "cinemas": [cinema.pk]},
    )

    assert answer.status_code == 302
    assert rights(cashier)[5:7] == (["bar"], [cinema.pk])


def test_fields_that_the_form_does_not_show_are_not_read(manager: User, cinema: Cinema) -> None:
    cashier = someone("cashier", cinema)
    before = rights(cashier)

    browser(manager).post(
        page(cashier), everything(cashier, groups=[group("cashier")], cinemas=[cinema.pk], password="pbkdf2$mine")
    )

    assert rights(cashier) == before


@pytest.mark.parametrize("role", ["owner", "accountant"])
def test_a_role_that_may_more_is_refused(manager: User, cinema: Cinema, role: str) -> None:
    cashier = someone("cashier", cinema)
    before = rights(cashier)

    answer = browser(manager).post(
        page(cashier), everything(cashier, groups=[group("cashier"), group(role)], cinemas=[cinema.pk])
    )

    assert answer.status_code == 200
    assert rights(cashier) == before


def test_another_cinema_is_refused(manager: User, cinema: Cinema) -> None:
    cashier = someone("cashier", cinema)
    before = rights(cashier)

    answer = browser(manager).post(
        page(cashier), everything(cashier, groups=[group("cashier")], cinemas=[cinema.pk, a_cinema().pk])
    )

    assert answer.status_code == 200
    assert rights(cashier) == before


def test_a_colleague_stays_in_sight(manager: User, cinema: Cinema) -> None:
    cashier = someone("cashier", cinema)

    answer = browser(manager).post(page(cashier), everything(cashier, groups=[group("cashier")]))

    assert answer.status_code == 200
    assert rights(cashier)[6] == [cinema.pk]


def test_nobody_changes_their_own_rights(manager: User) -> None:
    before = rights(manager)

    browser(manager).post(page(manager), everything(manager, groups=[], cinemas=[], first_name="Ada"))

    assert rights(manager) == before
    manager.refresh_from_db()
    assert manager.first_name == "Ada"


def test_who_may_more_is_looked_at_and_not_changed_nor_given_a_password(manager: User, cinema: Cinema) -> None:
    above = [someone("owner", cinema), User.objects.create_superuser("root@example.org", all_cinemas=False)]
    above[1].cinemas.add(cinema)
    client = browser(manager)

    for person in above:
        before = rights(person)
        assert client.get(page(person)).status_code == 200
        assert client.post(page(person), everything(person, email="me@example.org")).status_code == 403
        password = {"password1": "mine alone now", "password2": "mine alone now"}
        assert client.post(reverse("admin:auth_user_password_change", args=[person.pk]), password).status_code == 403
        assert rights(person) == before


def test_neither_is_one_who_is_switched_off(manager: User, cinema: Cinema) -> None:
    former = someone("owner", cinema, is_active=False)

    assert browser(manager).post(page(former), everything(former)).status_code == 403


def test_who_works_elsewhere_too_is_looked_at_and_not_changed(manager: User, cinema: Cinema) -> None:
    shared = someone("cashier", cinema, a_cinema())

    client = browser(manager)

    assert client.get(page(shared)).status_code == 200
    assert client.post(page(shared), everything(shared)).status_code == 403


def test_customers_and_other_cinemas_staff_are_not_found(manager: User) -> None:
    strangers = [User.objects.create_user("viewer@example.org"), someone("cashier", a_cinema())]
    client = browser(manager)

    for person in strangers:
        assert [client.get(page(person, name)).status_code for name in ("change", "history")] == [404, 404]
        assert client.get(reverse("admin:auth_user_password_change", args=[person.pk])).status_code in {403, 404}
        assert person.email not in client.get(reverse("admin:accounts_user_changelist")).text


def new_colleague(client: Client, **given: Any) -> Any:
    form = {"email": "new@example.org", "password1": "a quiet river", "password2": "a quiet river"}
    return client.post(reverse("admin:accounts_user_add"), {**form, "preferred_language": "ru", **given})


def test_a_manager_adds_a_colleague_to_their_own_cinema(manager: User, cinema: Cinema) -> None:
    answer = new_colleague(
        browser(manager), groups=[group("usher")], cinemas=[cinema.pk], is_superuser="on", all_cinemas="on"
    )

    assert answer.status_code == 302
    added = User.objects.get(email="new@example.org")
    assert rights(added)[:4] == (False, True, True, False)
    assert rights(added)[5:7] == (["usher"], [cinema.pk])


@pytest.mark.parametrize("given", ["no cinema", "another cinema", "a higher role"])
def test_nobody_is_added_beyond_the_managers_reach(manager: User, cinema: Cinema, given: str) -> None:
    fields: dict[str, dict[str, Any]] = {
        "no cinema": {},
        "another cinema": {"cinemas": [a_cinema().pk]},
        "a higher role": {"cinemas": [cinema.pk], "groups": [group("owner")]},
    }

    answer = new_colleague(browser(manager), **fields[given])

    assert answer.status_code == 200
    assert not User.objects.filter(email="new@example.org").exists()


def test_an_owner_appoints_an_owner_and_makes_no_superuser() -> None:
    owner = someone("owner", all_cinemas=True)
    person = someone("cashier", a_cinema())

    answer = browser(owner).post(page(person), everything(person, groups=[group("owner")]))

    assert answer.status_code == 302
    assert rights(person)[:4] == (False, True, True, True)
    assert rights(person)[5:] == (["owner"], [], 0)


def test_an_owner_cannot_take_over_a_superuser() -> None:
    root = User.objects.create_superuser("root@example.org")

    answer = browser(someone("owner", all_cinemas=True)).post(page(root), everything(root, email="me@example.org"))

    assert answer.status_code == 403


def test_roles_are_named_in_words_and_only_those_one_may_give(manager: User, cinema: Cinema) -> None:
    text = browser(manager).get(page(someone("cashier", cinema))).text

    assert "floor manager" in text
    assert ">owner" not in text
    assert "accountant" not in text


def test_every_field_of_somebody_new_can_be_seen(cinema: Cinema) -> None:
    manager = browser(someone("cinema_manager", cinema))

    form = manager.get(reverse("admin:accounts_user_add")).context["adminform"].form

    typed = ["email", "password1", "password2", "first_name", "phone"]
    assert [name for name in typed if "border" not in form[name].field.widget.attrs.get("class", "")] == []
