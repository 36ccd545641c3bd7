"""Every import of the admin with the file that a foreign cinema has exported: no role of another cinema changes a row.

Made from the registered pages, so that an import that is added tomorrow is covered.
"""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from accounts.models import User
from accounts.roles import ROLES
from backoffice.framework.import_export.pages import ImportExportMixin
from cinema.money import MoneyField
from tests.helpers.cinema_fixtures import create_rows_of_cinema
from tests.helpers.factories import a_cinema, business_state
from tests.helpers.users import browser, someone

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("without_rendering")]

PAGES: dict[str, Any] = {
    f"{page.opts.app_label}_{page.opts.model_name}": page
    for page in admin.site._registry.values()
    if isinstance(page, ImportExportMixin) and getattr(page, "cinema_path", None)
}


def change_numbers(model: type[models.Model]) -> None:
    """Make every row differ from what was exported, by a number that may be another one."""
    for field in model._meta.concrete_fields:
        if isinstance(field, MoneyField | models.PositiveIntegerField):
            try:
                with transaction.atomic():
                    model._base_manager.update(**{field.name: F(field.name) + 1})
            except IntegrityError:
                continue


def next_year(content: bytes) -> bytes:
    """The same rows as new ones, without their own numbers, a year later."""
    head, *rows = content.decode().splitlines(keepends=True)
    assert head.lstrip("\ufeff").startswith("Number,")
    later = (re.sub(r"\b(20\d\d)-", lambda year: f"{int(year[1]) + 1}-", row) for row in rows)
    return (head + "".join(re.sub(r"^\d+,", ",", row) for row in later)).encode()


@pytest.fixture
def exported() -> list[tuple[str, bytes]]:
    """What each list of a cinema has exported, with its page: as changes, since its rows have other numbers by now, and
    as new rows.
    """
    create_rows_of_cinema(a_cinema())
    owner = browser(someone("owner", all_cinemas=True, email="everywhere@example.org"))
    found = [(name, owner.get(reverse(f"admin:{name}_export") + "?as=csv").content) for name in PAGES]
    for page in PAGES.values():
        change_numbers(page.model)
    return found + [(name, next_year(content)) for name, content in found]


def imported(client: Client, name: str, content: bytes) -> tuple[int, dict[str, int]]:
    """The status of the preview, and how many rows it would add and change; whatever it offers is confirmed."""
    path = reverse(f"admin:{name}_import")
    preview = client.post(path, {"file": SimpleUploadedFile("rows.csv", content, content_type="text/csv")})
    if preview.status_code != 200:
        return preview.status_code, {}
    shown = preview.context_data
    if "seen" in shown:
        client.post(path, {"seen": shown["seen"], "change": [str(number) for number in shown.get("ticks", [])]})
    return 200, {kind: number for kind, number in shown.get("kinds", {}).items() if kind in ("new", "changed")}


def test_no_role_imports_into_a_foreign_cinema(exported: list[tuple[str, bytes]]) -> None:
    own = a_cinema()
    people = [someone(role.code, own, email=f"{role.code}@example.org") for role in ROLES]
    before, wrong, opened = business_state(), {}, set()

    for person in people:
        for name, content in exported:
            status, offered = imported(browser(person), name, content)
            opened |= {name} if status == 200 else set()
            wrong |= {(person.email, name): (status, offered)} if offered else {}

    assert wrong == {}
    assert business_state() == before
    assert opened == set(PAGES)  # somebody of each cinema may import there, so that rows were refused, not the page


def test_whoever_works_for_all_cinemas_imports_the_same_files(exported: list[tuple[str, bytes]]) -> None:
    """The test above imports what would change something."""
    everywhere = browser(User.objects.get(email="everywhere@example.org"))

    offered = {name for name, content in exported if imported(everywhere, name, content)[1]}

    assert offered == set(PAGES)
