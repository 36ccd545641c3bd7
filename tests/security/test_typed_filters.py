"""Whatever is typed into the URL of a list is answered, or refused with status 400 and a message, on both databases."""

from itertools import cycle
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from tests.helpers.cinema_fixtures import create_rows_of_chain, create_rows_of_cinema
from tests.helpers.factories import a_cinema
from tests.helpers.sampling import sample
from tests.helpers.users import browser, someone

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("without_rendering")]

PAGES: list[Any] = sorted(admin.site._registry.values(), key=lambda page: page.opts.label_lower)
TYPED = {
    "very long": "x" * 20_000,
    "very long, many words": "a b " * 3000,
    "a NUL": "a\x00b",
    "beyond bigint": "9" * 19,
    "a huge number": "9" * 5000,
    "negative": "-9223372036854775809",
    "no date": "2026-02-30",
    "a date before the calendar": "0001-01-01",
    "a date after the calendar": "9999-12-31",
    "an instant of no zone": "9999-12-31T23:59:59.999999-23:59",
    "no number": "1e999",
    "Arabic digits": "\u0663",
    "half a surrogate": "%ED%A0%80",
    "a list": ",".join(["1"] * 3000),
}


@pytest.fixture
def rows() -> None:
    create_rows_of_chain()
    create_rows_of_cinema(a_cinema())


@pytest.mark.exhaustive
def test_each_list_answers_whatever_is_typed_into_its_address(rows: None) -> None:
    client = browser(someone("owner", is_superuser=True, all_cinemas=True))
    client.raise_request_exception = False
    kinds = cycle(TYPED)  # one for each parameter in turn: all of them would take minutes
    wrong = []

    for page in sample(PAGES, turn=0):
        address = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist")
        answer = client.get(address)
        names = {"p", "o", "all", "_to_field", "nonsense"}
        names |= {name for each in answer.context_data["cl"].filter_specs for name in each.expected_parameters()}
        asked = [(name, next(kinds)) for name in sorted(names)]
        for name, kind in [*asked, ("q", "very long"), ("q", "a NUL"), ("q", "beyond bigint"), ("q", next(kinds))]:
            before = transaction.savepoint()
            answer = client.get(address, {name: TYPED[kind]})
            transaction.savepoint_rollback(before)  # a value that PostgreSQL refused has failed the test's transaction
            if answer.status_code not in (200, 302, 400):
                wrong.append(f"{address}?{name} {kind}: {answer.status_code} {(answer.exc_info or [''])[1]!r}"[:300])

    assert wrong == []
