"""`set_up` makes a freshly migrated database one that can sell; repeated, it changes nothing."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from accounts.roles import ROLES
from screenings.models import TicketType
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db


def set_up(*options: str) -> list[str]:
    output = StringIO()
    call_command("set_up", *options, stdout=output)
    return output.getvalue().splitlines()


def types() -> list[tuple[str, int, str, str, bool]]:
    fields = ("name", "price_percent", "sold_to", "highest_rating", "is_active")
    return list(TicketType.objects.order_by("pk").values_list(*fields))


def test_a_new_installation_gets_the_roles_and_the_ticket_types_of_a_cinema() -> None:
    set_up()

    assert {group.name for group in Group.objects.all()} == {role.code for role in ROLES}
    assert types() == [
        ("Adult", 100, "ANYBODY", "", True),
        ("Student", 80, "ANYBODY", "", True),
        ("Child", 60, "ANYBODY", "12+", True),
        ("Companion", 0, "COMPANION", "", True),
        ("Complimentary", 0, "TILL", "", True),
    ]


def test_each_ticket_type_begins_its_history() -> None:
    set_up()

    assert [each.history.count() for each in TicketType.objects.all()] == [1] * 5


def test_the_ticket_types_are_named_in_the_language_of_the_installation(settings: Any) -> None:
    settings.LANGUAGE_CODE = "ru"

    set_up()

    assert [name for name, *_rest in types()] == [
        "Взрослый", "Студенческий", "Детский", "Сопровождающий", "Пригласительный",
    ]  # fmt: skip


def test_repeated_it_changes_nothing() -> None:
    set_up()
    before = types()

    assert set_up() == [
        "roles: nothing to change",
        "ticket types: nothing to change",
        "reasons for free tickets: nothing to change",
    ]
    assert types() == before


def test_it_leaves_the_owners_own_ticket_types_alone() -> None:
    TicketType.objects.create(name="Everybody", price_percent=90, is_active=False)

    set_up()

    assert types() == [("Everybody", 90, "ANYBODY", "", False)]


def test_it_names_the_people_who_may_approve_at_once() -> None:
    someone("cinema_manager", email="a@example.org")

    assert set_up("--approver", "a@example.org")[-1] == "approvers: a@example.org"
    assert set_up("--approver", "a@example.org")[-1] == "approvers: nothing to change"
    with pytest.raises(CommandError, match=r"nobody@example\.org can’t be an approver"):
        set_up("--approver", "nobody@example.org")
