from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command

from accounts.errors import UnknownPermission
from accounts.roles import OWNER, ROLES, Role
from accounts.roles_page import roles_table
from accounts.services import sync_roles
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

PAGE = settings.BASE_DIR / "docs" / "roles.md"
OURS = {"accounts", "bonuses", "cinema", "concessions", "jobs", "notifications", "orders", "payments", "screenings"}


def held() -> dict[str, set[str]]:
    return {
        group.name: {f"{one.content_type.app_label}.{one.codename}" for one in group.permissions.all()}
        for group in Group.objects.prefetch_related("permissions__content_type")
    }


def test_sync_creates_the_groups_of_the_roles_table() -> None:
    sync_roles()

    assert held() == {role.code: set(role.permissions) for role in ROLES}


def test_a_second_sync_changes_nothing_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sync_roles")
    first, before = capsys.readouterr().out, held()

    call_command("sync_roles")

    assert first.startswith("roles: cashier is new, +")
    assert capsys.readouterr().out == "roles: nothing to change\n"
    assert held() == before


def test_sync_corrects_manual_changes_and_prints_them(capsys: pytest.CaptureFixture[str]) -> None:
    sync_roles()
    usher = Group.objects.get(name="usher")
    usher.permissions.add(Permission.objects.get(codename="refund_order"))
    usher.permissions.remove(Permission.objects.get(codename="check_in_ticket"))

    call_command("sync_roles")

    assert capsys.readouterr().out == "roles: usher +1 -1\n"
    assert held() == {role.code: set(role.permissions) for role in ROLES}


def test_sync_keeps_members_and_other_groups() -> None:
    person = someone("cashier")
    other = Group.objects.create(name="our own")
    other.permissions.add(Permission.objects.get(codename="view_film"))

    sync_roles()

    assert [group.name for group in person.groups.all()] == ["cashier"]
    assert held()["our own"] == {"screenings.view_film"}


def test_an_unknown_permission_is_refused_and_changes_nothing() -> None:
    roles = [*ROLES, Role("magician", "magician", frozenset({"orders.saw_in_half"}))]

    with pytest.raises(UnknownPermission, match=r"orders\.saw_in_half"):
        sync_roles(roles)

    assert held() == {}


def test_without_migrations_the_command_names_the_missing_permission() -> None:
    Permission.objects.filter(codename="refund_order").delete()

    with pytest.raises(CommandError, match=r"orders\.refund_order"):
        call_command("sync_roles")


def test_the_owner_has_every_permission_of_the_models() -> None:
    models = [model for model in apps.get_models() if model._meta.app_label in OURS]
    actions = {f"{model._meta.app_label}.{name}" for model in models for name, _words in model._meta.permissions}

    owner = next(role for role in ROLES if role.code == OWNER)

    assert {name for name in actions if name not in owner.permissions} == set()
    assert [role.code for role in ROLES if role.permissions - owner.permissions] == []


def test_docs_roles_contains_the_generated_table(settings: Any) -> None:
    settings.LANGUAGE_CODE = "ru"

    assert PAGE.read_text().endswith(roles_table() + "\n"), (
        "manage.py sync_roles --print-table says what it should read"
    )
