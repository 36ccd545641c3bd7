"""Hostile values in the admin's forms and lists cause no server error, no partial save and no unescaped HTML.

The forms are those that the pages show, so new pages are covered without a change here. PostgreSQL refuses some values
that SQLite accepts.
"""

from collections.abc import Iterator
from itertools import count, cycle, product
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from cinema import clock
from screenings.models import Cinema
from tests.helpers import sampling
from tests.helpers.cinema_fixtures import listed_row
from tests.helpers.factories import NOON, business_state
from tests.helpers.pages.page_forms import forms_on
from tests.helpers.pages.rendering import rendered_if
from tests.helpers.sampling import sample
from tests.helpers.users import browser, someone

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.exhaustive]

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
EXHAUSTIVE = sampling.EXHAUSTIVE and connection.vendor == "postgresql"  # which refuses more: once is enough
ONE_IN = 1 if EXHAUSTIVE else 8  # fields of a form


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    monkeypatch.setattr("backoffice.framework.actions.timezone.now", lambda: NOON)


@pytest.fixture
def cinema_row(two_cinemas: tuple[Cinema, Cinema], db: None) -> Cinema:
    return two_cinemas[0]


@pytest.fixture
def client() -> Client:
    return browser(someone("owner", email="owner@example.org", is_superuser=True, all_cinemas=True))


def attempt(client: Client, method: str, address: str, data: Any, *, wrong: list[str], what: str) -> int:
    """Send the request and add errors to `wrong`. Undo an accepted one, so that only partial saves remain."""
    savepoint = transaction.savepoint()
    try:
        answer = getattr(client, method)(address, data)
    except Exception as error:
        transaction.savepoint_rollback(savepoint)
        wrong.append(f"{what}: {type(error).__name__}: {error}"[:200])
        return 500
    if answer.status_code == 302:
        transaction.savepoint_rollback(savepoint)
    else:
        transaction.savepoint_commit(savepoint)
        if SCRIPT.encode() in answer.content:
            wrong.append(f"{what}: not escaped")
    return answer.status_code


def addresses(label: str, cinema_row: Any) -> Iterator[str]:
    """The URLs of the pages that may have a form for this model."""
    page: Any = admin.site._registry[apps.get_model(label)]
    name, row = f"admin:{label.replace('.', '_')}", listed_row(page, cinema_row)
    yield reverse(f"{name}_add")
    for action in ["change", *page.actions_detail]:
        yield reverse(f"{name}_{action}", args=[row.pk])


def pages_of(app: str) -> list[str]:
    return sorted(model._meta.label_lower for model in admin.site._registry if model._meta.app_label == app)


@pytest.mark.parametrize("app", APPS)
def test_no_value_in_a_form_causes_an_error_or_a_partial_save(client: Client, cinema_row: Any, app: str) -> None:
    wrong: list[str] = []
    # One per field in turn: all of them would take a quarter of an hour.
    pages = [address for label in pages_of(app) for address in addresses(label, cinema_row)]
    values, turns = cycle(HOSTILE), cycle(range(ONE_IN))
    before = business_state()

    for page in sample(pages, turn=len(app), of=4, every=EXHAUSTIVE):
        opened = client.get(page)
        for form in forms_on(opened.text) if opened.status_code == 200 else []:
            address = form.action or page
            names = sorted(form.fields.keys() - {"csrfmiddlewaretoken"})
            for field in names[next(turns) :: ONE_IN]:
                value = next(values)
                what = f"{address} {field}={value[:20]!r}"
                with rendered_if(value == SCRIPT or len(value) > 1000):  # what the others break, they break before
                    attempt(client, "post", address, form.sent(**{field: value}), wrong=wrong, what=what)

    assert wrong == []
    assert business_state() == before


@pytest.mark.parametrize("app", APPS)
def test_no_number_beyond_64_bits_causes_an_error(client: Client, cinema_row: Any, app: str) -> None:
    """In each choice of a row, and in each hidden value that tells what a form was shown with."""
    wrong: list[str] = []
    number = "9" * 30
    pages = [address for label in pages_of(app) for address in addresses(label, cinema_row)]

    for page in sample(pages, turn=len(app), of=8, every=EXHAUSTIVE):
        opened = client.get(page)
        for form in forms_on(opened.text) if opened.status_code == 200 else []:
            address = form.action or page
            keys = [each.name for each in form.fields.values() if each.kind in ("select", "hidden", "checkbox")]
            if not EXHAUSTIVE:  # such a number of rows costs a second for each form
                keys = [name for name in keys if not name.endswith("-TOTAL_FORMS")]
            for instead in [*([key] for key in keys[::ONE_IN]), [f"initial-{name}" for name in form.fields], keys]:
                sent = form.sent(**dict.fromkeys({*instead} - {"csrfmiddlewaretoken"}, number))
                with rendered_if(False):
                    attempt(client, "post", address, sent, wrong=wrong, what=f"{address} {' '.join(instead)}")

    assert wrong == []


@pytest.mark.parametrize("app", APPS)
def test_no_query_parameter_of_a_list_causes_an_error(client: Client, cinema_row: Any, app: str) -> None:
    wrong: list[str] = []
    turns = count()

    for label in pages_of(app):
        page = reverse(f"admin:{label.replace('.', '_')}_changelist")
        found = client.get(page).context["cl"]
        names = {"q", "p", "o", "_to_field", "id__in", "nonsense__x"}
        names |= {name for each in found.filter_specs for name in each.expected_parameters()}
        with rendered_if(connection.vendor == "sqlite"):
            for name in sample(sorted(names), turn=next(turns), of=6, every=EXHAUSTIVE):
                attempt(client, "get", page, {name: SCRIPT}, wrong=wrong, what=f"{label}?{name}={SCRIPT}")
        with rendered_if(False):
            for name, value in sample(
                [*product(sorted(names), IN_ADDRESSES)], turn=next(turns), of=12, every=EXHAUSTIVE
            ):
                attempt(client, "get", page, {name: value}, wrong=wrong, what=f"{label}?{name}={value[:20]!r}")
            for number, column in sample([*enumerate(found.list_display)], turn=next(turns), of=6, every=EXHAUSTIVE):
                attempt(client, "get", page, {"o": str(number)}, wrong=wrong, what=f"{label} sorted by {column}")
            for action in ["nonsense", *found.model_admin.actions]:
                selected = {"action": action, "_selected_action": ["a\x00b"], "confirmed": "yes"}
                attempt(client, "post", page, selected, wrong=wrong, what=f"{label} {action} of a row that cannot be")

    assert wrong == []
