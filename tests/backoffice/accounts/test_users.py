"""Staff cannot give anyone more access than they have themselves, not even with forged fields."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from accounts.models import AccountChange, User
from accounts.services import sync_roles
from bonuses.models import BonusAccount
from notifications.models import MessageKind, Notification
from orders.models import Order
from screenings.models import Cinema
from tests.helpers.factories import a_cinema, a_customer, an_order
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


def access_of(person: User) -> tuple[Any, ...]:
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


def forged_form(person: User, **given: Any) -> dict[str, Any]:
    """Values for the fields of the form, and for fields that it does not have."""
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


def test_a_manager_changes_the_role_of_a_cashier(manager: User, cinema: Cinema) -> None:
    cashier = someone("cashier", cinema)

    answer = browser(manager).post(
        page(cashier),
        {"email": cashier.email, "preferred_language": "ru", "groups": [group("bar")], "cinemas": [cinema.pk]},
    )

    assert answer.status_code == 302
    assert access_of(cashier)[5:7] == (["bar"], [cinema.pk])


def test_forged_fields_are_ignored(manager: User, cinema: Cinema) -> None:
    cashier = someone("cashier", cinema)
    before = access_of(cashier)

    browser(manager).post(
        page(cashier), forged_form(cashier, groups=[group("cashier")], cinemas=[cinema.pk], password="pbkdf2$mine")
    )

    assert access_of(cashier) == before


@pytest.mark.parametrize("role", ["owner", "accountant"])
def test_a_role_with_more_permissions_is_refused(manager: User, cinema: Cinema, role: str) -> None:
    cashier = someone("cashier", cinema)
    before = access_of(cashier)

    answer = browser(manager).post(
        page(cashier), forged_form(cashier, groups=[group("cashier"), group(role)], cinemas=[cinema.pk])
    )

    assert answer.status_code == 200
    assert access_of(cashier) == before


def test_another_cinema_is_refused(manager: User, cinema: Cinema) -> None:
    cashier = someone("cashier", cinema)
    before = access_of(cashier)

    answer = browser(manager).post(
        page(cashier), forged_form(cashier, groups=[group("cashier")], cinemas=[cinema.pk, a_cinema().pk])
    )

    assert answer.status_code == 200
    assert access_of(cashier) == before


def test_a_colleague_cannot_be_removed_from_every_cinema(manager: User, cinema: Cinema) -> None:
    cashier = someone("cashier", cinema)

    answer = browser(manager).post(page(cashier), forged_form(cashier, groups=[group("cashier")]))

    assert answer.status_code == 200
    assert access_of(cashier)[6] == [cinema.pk]


def test_people_cannot_change_their_own_access(manager: User) -> None:
    before = access_of(manager)

    browser(manager).post(page(manager), forged_form(manager, groups=[], cinemas=[], first_name="Ada"))

    assert access_of(manager) == before
    manager.refresh_from_db()
    assert manager.first_name == "Ada"


def test_users_with_more_access_can_be_viewed_but_not_changed(manager: User, cinema: Cinema) -> None:
    above = [someone("owner", cinema), User.objects.create_superuser("root@example.org", all_cinemas=False)]
    above[1].cinemas.add(cinema)
    client = browser(manager)

    for person in above:
        before = access_of(person)
        assert client.get(page(person)).status_code == 200
        assert client.post(page(person), forged_form(person, email="me@example.org")).status_code == 403
        password = {"password1": "mine alone now", "password2": "mine alone now"}
        assert client.post(reverse("admin:auth_user_password_change", args=[person.pk]), password).status_code == 403
        assert access_of(person) == before


def test_deactivated_users_with_more_access_cannot_be_changed(manager: User, cinema: Cinema) -> None:
    former = someone("owner", cinema, is_active=False)

    assert browser(manager).post(page(former), forged_form(former)).status_code == 403


def test_users_who_also_work_elsewhere_can_be_viewed_but_not_changed(manager: User, cinema: Cinema) -> None:
    shared = someone("cashier", cinema, a_cinema())

    client = browser(manager)

    assert client.get(page(shared)).status_code == 200
    assert client.post(page(shared), forged_form(shared)).status_code == 403


def test_customers_and_other_cinemas_staff_are_not_found(manager: User) -> None:
    strangers = [User.objects.create_user("viewer@example.org"), someone("cashier", a_cinema())]
    client = browser(manager)

    for person in strangers:
        assert [client.get(page(person, name)).status_code for name in ("change", "history")] == [404, 404]
        assert client.get(reverse("admin:auth_user_password_change", args=[person.pk])).status_code in {403, 404}
        assert person.email not in client.get(reverse("admin:accounts_user_changelist")).text


def new_colleague(client: Client, **given: Any) -> Any:
    form = {"email": "new@example.org", "preferred_language": "ru"}
    return client.post(reverse("admin:accounts_user_add"), {**form, **given})


def test_a_manager_adds_a_colleague_to_their_own_cinema(manager: User, cinema: Cinema) -> None:
    answer = new_colleague(
        browser(manager), groups=[group("usher")], cinemas=[cinema.pk], is_superuser="on", all_cinemas="on"
    )

    assert answer.status_code == 302
    added = User.objects.get(email="new@example.org")
    assert access_of(added)[:4] == (False, True, True, False)
    assert access_of(added)[5:7] == (["usher"], [cinema.pk])


@pytest.mark.parametrize("given", ["no cinema", "another cinema", "a higher role"])
def test_a_manager_cannot_add_users_with_more_access_than_their_own(manager: User, cinema: Cinema, given: str) -> None:
    fields: dict[str, dict[str, Any]] = {
        "no cinema": {},
        "another cinema": {"cinemas": [a_cinema().pk]},
        "a higher role": {"cinemas": [cinema.pk], "groups": [group("owner")]},
    }

    answer = new_colleague(browser(manager), **fields[given])

    assert answer.status_code == 200
    assert not User.objects.filter(email="new@example.org").exists()


def test_an_owner_can_appoint_an_owner_but_not_a_superuser() -> None:
    owner = someone("owner", all_cinemas=True)
    person = someone("cashier", a_cinema())

    answer = browser(owner).post(page(person), forged_form(person, groups=[group("owner")]))

    assert answer.status_code == 302
    assert access_of(person)[:4] == (False, True, True, True)
    assert access_of(person)[5:] == (["owner"], [], 0)


def test_an_owner_cannot_change_a_superuser() -> None:
    root = User.objects.create_superuser("root@example.org")

    answer = browser(someone("owner", all_cinemas=True)).post(page(root), forged_form(root, email="me@example.org"))

    assert answer.status_code == 403


def test_the_form_offers_only_roles_that_the_person_may_give(manager: User, cinema: Cinema) -> None:
    text = browser(manager).get(page(someone("cashier", cinema))).text

    assert "floor manager" in text
    assert ">owner" not in text
    assert "accountant" not in text


def test_every_field_of_the_add_form_has_a_visible_border(cinema: Cinema) -> None:
    manager = browser(someone("cinema_manager", cinema))

    form = manager.get(reverse("admin:accounts_user_add")).context["adminform"].form

    typed = ["email", "first_name", "phone"]
    assert [name for name in typed if "border" not in form[name].field.widget.attrs.get("class", "")] == []


@pytest.mark.parametrize("typed", ["8 (916) 123-45-67", "+79161234567", "916 123 45 67"])
def test_a_person_is_found_by_every_spelling_of_the_phone_number(typed: str) -> None:
    User.objects.create_user("anna@example.org", phone="+7 916 123-45-67")

    answer = browser(someone("owner", all_cinemas=True)).get(reverse("admin:accounts_user_changelist"), {"q": typed})

    assert [each.email for each in answer.context["cl"].result_list] == ["anna@example.org"]


def test_a_phone_number_that_is_not_valid_is_refused_and_one_that_was_stored_does_not_stop_other_changes(
    manager: User, cinema: Cinema
) -> None:
    cashier = someone("cashier", cinema)
    User.objects.filter(pk=cashier.pk).update(phone="8 916 123 45 6")
    client, form = browser(manager), {"email": cashier.email, "preferred_language": "ru", "cinemas": [cinema.pk]}

    kept = client.post(page(cashier), {**form, "first_name": "Anna", "phone": "+78916123456"})
    refused = client.post(page(cashier), {**form, "first_name": "Maria", "phone": "8 916 123 45 7"})

    cashier.refresh_from_db()
    assert (kept.status_code, cashier.first_name, cashier.phone) == (302, "Anna", "+78916123456")
    assert list(refused.context["adminform"].form.errors) == ["phone"]


# --- Who had a hand in whose account


def recorded() -> list[tuple[str, str]]:
    """Whose account was changed, and how, in the order of the changes."""
    return list(AccountChange.objects.order_by("pk").values_list("account__email", "kind"))


def test_what_staff_do_to_others_accounts_is_recorded(manager: User, cinema: Cinema) -> None:
    client, cashier = browser(manager), someone("cashier", cinema)
    form = {"email": cashier.email, "preferred_language": "ru", "groups": [group("cashier")], "cinemas": [cinema.pk]}

    client.post(page(cashier), {**form, "phone": "+7 495 000-00-00"})
    assert recorded() == []
    client.post(page(cashier), {**form, "groups": [group("bar")]})
    client.post(page(cashier), {**form, "groups": [group("bar")], "email": "new@example.org"})
    client.post(reverse("admin:accounts_user_add"), {**form, "email": "made@example.org"})

    assert recorded() == [
        ("new@example.org", "ACCESS"),
        ("new@example.org", "ADDRESS"),
        ("made@example.org", "CREATED"),
    ]
    assert set(AccountChange.objects.values_list("actor", flat=True)) == {manager.pk}


def test_making_a_customer_staff_counts_as_creating_the_account() -> None:
    owner, viewer = someone("owner", all_cinemas=True), User.objects.create_user("viewer@example.org")

    answer = browser(owner).post(
        page(viewer), {"email": viewer.email, "preferred_language": "ru", "is_staff": "on", "groups": [group("owner")]}
    )

    assert answer.status_code == 302
    assert recorded() == [("viewer@example.org", "CREATED"), ("viewer@example.org", "ACCESS")]


def test_what_people_change_of_their_own_is_not_recorded(manager: User, cinema: Cinema) -> None:
    browser(manager).post(
        page(manager), {"email": "own@example.org", "preferred_language": "ru", "cinemas": [cinema.pk]}
    )

    assert recorded() == []


# --- Customers who are hired


def test_a_customer_who_is_hired_keeps_the_account_and_loses_the_old_password(cinema: Cinema) -> None:
    viewer = User.objects.create_user("viewer@example.org", "an old password", first_name="Vera", phone="+79161234567")
    BonusAccount.objects.create(user=viewer)
    order = an_order(customer=viewer)
    old = Client()
    old.force_login(viewer)

    answer = new_colleague(
        browser(someone("owner", all_cinemas=True)),
        email="Viewer@Example.org",
        groups=[group("usher")],
        cinemas=[cinema.pk],
        first_name="X",
        last_name="Y",
    )

    assert answer.status_code == 302
    hired = User.objects.get(email="viewer@example.org")
    assert (hired.pk, hired.first_name, hired.last_name, hired.phone) == (viewer.pk, "Vera", "Y", "+79161234567")
    assert (hired.is_staff, hired.has_usable_password()) == (True, False)
    assert access_of(hired)[5:7] == (["usher"], [cinema.pk])
    assert hired.bonus_account.pk == viewer.bonus_account.pk
    assert Order.objects.get().user == hired == order.user
    assert "_auth_user_id" not in old.get("/account/").wsgi_request.session
    assert Notification.objects.get(kind=MessageKind.STAFF_PASSWORD).recipient == "viewer@example.org"


def test_the_manager_of_a_cinema_makes_no_customer_a_colleague_and_learns_nothing_of_them(
    manager: User, cinema: Cinema
) -> None:
    viewer = User.objects.create_user("viewer@example.org", "an old password", first_name="Vera", phone="+79161234567")
    before = access_of(viewer)

    answer = new_colleague(browser(manager), email=viewer.email, groups=[group("usher")], cinemas=[cinema.pk])

    assert "This address already has an account" in answer.text
    assert not {"Vera", "+79161234567"} & set(answer.text.split())
    assert access_of(viewer) == before
    assert Notification.objects.count() == 0


def test_accounts_of_colleagues_and_deactivated_ones_are_not_hired(manager: User, cinema: Cinema) -> None:
    people = [someone("cashier", a_cinema()), someone("owner", all_cinemas=True)]
    people += [User.objects.create_user("gone@example.org", is_active=False)]
    before = [access_of(person) for person in people]

    answers = [
        new_colleague(browser(manager), email=person.email, groups=[group("usher")], cinemas=[cinema.pk])
        for person in people
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [access_of(person) for person in people] == before
    assert Notification.objects.count() == 0


# --- Staff without access


def test_the_page_of_a_user_without_role_or_cinema_says_so() -> None:
    owner = browser(someone("owner", all_cinemas=True))

    pages = [owner.get(page(person)).text for person in (someone(), someone("usher"), someone("bar", all_cinemas=True))]

    assert ["has no role" in text for text in pages] == [True, False, False]
    assert ["has no cinema" in text for text in pages] == [True, True, False]


def test_the_list_of_users_shows_those_without_access() -> None:
    owner = someone("owner", all_cinemas=True)
    someone("cashier", a_cinema())
    lacking = [someone(), someone("usher")]

    answer = browser(owner).get(reverse("admin:accounts_user_changelist"), {"access": "missing"})

    assert [*answer.context["cl"].result_list] == sorted(lacking, key=lambda person: person.email)


def test_the_former_address_is_told_when_a_colleague_changes_it(manager: User, cinema: Cinema) -> None:
    cashier = someone("cashier", cinema)
    former = cashier.email
    form = {"preferred_language": "ru", "groups": [group("cashier")], "cinemas": [cinema.pk]}

    browser(manager).post(page(cashier), {**form, "email": former, "first_name": "Ada"})
    assert Notification.objects.count() == 0
    browser(manager).post(page(cashier), {**form, "email": "new@example.org"})

    told = Notification.objects.get()
    assert (told.kind, told.recipient, told.context["change"]) == (MessageKind.STAFF_ACCOUNT, former, "ADDRESS")


@pytest.mark.parametrize("bought", ["order", "points"])
def test_staff_of_a_cinema_cannot_take_over_the_account_of_a_customer_who_was_hired(
    manager: User, cinema: Cinema, bought: str
) -> None:
    viewer = a_customer(points=500 if bought == "points" else 0)
    if bought == "order":
        an_order(customer=viewer)
    form = {"preferred_language": "ru", "groups": [group("usher")], "cinemas": [cinema.pk]}
    owner = browser(someone("owner", all_cinemas=True))
    owner.post(reverse("admin:accounts_user_add"), {**form, "email": viewer.email})

    browser(manager).post(page(viewer), {**form, "email": "thief@example.org", "first_name": "Ada"})

    hired = User.objects.get(pk=viewer.pk)
    assert (hired.is_staff, hired.first_name, hired.email) == (True, "Ada", viewer.email)
    owner.post(page(hired), {**form, "email": "new@example.org"})
    hired.refresh_from_db()
    assert hired.email == "new@example.org"
