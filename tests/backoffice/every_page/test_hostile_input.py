"""Whatever is typed into whatever form of the admin: an answer, nothing half-written, and no text that becomes a page.

The forms are those that the pages show, so a new page is tried by itself. PostgreSQL minds what SQLite swallows.
"""

from collections.abc import Iterator
from itertools import cycle, product
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from jobs import clock
from tests.helpers.admin_rendering import rendered_if
from tests.helpers.cinema_fixtures import create_rows_of_chain, create_rows_of_cinema, listed_row
from tests.helpers.factories import NOON, a_cinema, business_state
from tests.helpers.page_forms import forms_on
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

APPS = sorted({model._meta.app_label for model in admin.site._registry})
SCRIPT = "<script>alert(1)</script>"
HOSTILE = [
    "",
    "-1",
    "0",
    "9" * 40,
    "NaN",
    "\u202e12",
    "a\x00b",
    "x" * 10_000,
    SCRIPT,
    "{{ 7|add:7 }}{% now %}",
    "0001-01-01T00:00",
    "9999-12-31",
    "9999-12-31T23:59",
]
IN_ADDRESSES = ["9" * 40, "a\x00b"]


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    monkeypatch.setattr("backoffice.framework.actions.timezone.now", lambda: NOON)


@pytest.fixture
def place() -> Any:
    found = a_cinema()
    create_rows_of_chain()
    create_rows_of_cinema(found)
    return found


@pytest.fixture
def client() -> Client:
    return browser(someone("owner", email="owner@example.org", is_superuser=True, all_cinemas=True))


def attempt(client: Client, method: str, address: str, data: Any, *, wrong: list[str], what: str) -> int:
    """Ask, and note in `wrong` what must not be. What was accepted is undone; what was refused must leave no trace."""
    sheet = transaction.savepoint()
    try:
        answer = getattr(client, method)(address, data)
    except Exception as error:
        transaction.savepoint_rollback(sheet)
        wrong.append(f"{what}: {type(error).__name__}: {error}"[:200])
        return 500
    if answer.status_code == 302:
        transaction.savepoint_rollback(sheet)
    else:
        transaction.savepoint_commit(sheet)
        if SCRIPT.encode() in answer.content:
            wrong.append(f"{what}: not escaped")
    return answer.status_code


def addresses(label: str, place: Any) -> Iterator[str]:
    """Of the pages that may hold a form about this model."""
    page: Any = admin.site._registry[apps.get_model(label)]
    name, row = f"admin:{label.replace('.', '_')}", listed_row(page, place)
    yield reverse(f"{name}_add")
    for action in ["change", *page.actions_detail]:
        yield reverse(f"{name}_{action}", args=[row.pk])


def pages_of(room: str) -> list[str]:
    return sorted(model._meta.label_lower for model in admin.site._registry if model._meta.app_label == room)


@pytest.mark.parametrize("room", APPS)
def test_no_form_breaks_or_writes_half_of_it(client: Client, place: Any, room: str) -> None:
    wrong: list[str] = []
    # One a field, the next one for the next: all of them for each would take a quarter of an hour.
    values = cycle(HOSTILE)
    before = business_state()

    for page in (address for label in pages_of(room) for address in addresses(label, place)):
        asked = client.get(page)
        for form in forms_on(asked.text) if asked.status_code == 200 else []:
            address = form.action or page
            for field in sorted(form.fields.keys() - {"csrfmiddlewaretoken"}):
                value = next(values)
                what = f"{address} {field}={value[:20]!r}"
                with rendered_if(value == SCRIPT or connection.vendor == "sqlite"):  # pages are drawn alike on both
                    attempt(client, "post", address, form.sent(**{field: value}), wrong=wrong, what=what)

    assert wrong == []
    assert business_state() == before


@pytest.mark.parametrize("room", APPS)
def test_no_list_breaks_on_what_is_typed_into_its_address(client: Client, place: Any, room: str) -> None:
    wrong: list[str] = []

    for label in pages_of(room):
        page = reverse(f"admin:{label.replace('.', '_')}_changelist")
        found = client.get(page).context["cl"]
        names = {"q", "p", "o", "_to_field", "id__in", "nonsense__x"}
        names |= {name for each in found.filter_specs for name in each.expected_parameters()}
        with rendered_if(connection.vendor == "sqlite"):
            for name in sorted(names):
                attempt(client, "get", page, {name: SCRIPT}, wrong=wrong, what=f"{label}?{name}={SCRIPT}")
        with rendered_if(False):
            for name, value in product(sorted(names), IN_ADDRESSES):
                attempt(client, "get", page, {name: value}, wrong=wrong, what=f"{label}?{name}={value[:20]!r}")
            for number, column in enumerate(found.list_display):
                attempt(client, "get", page, {"o": str(number)}, wrong=wrong, what=f"{label} sorted by {column}")
            for action in ["nonsense", *found.model_admin.actions]:
                ticked = {"action": action, "_selected_action": ["a\x00b"], "confirmed": "yes"}
                attempt(client, "post", page, ticked, wrong=wrong, what=f"{label} {action} of a row that cannot be")

    assert wrong == []
