from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from film_hire.models import Contract, Statement
from film_hire.services import settle_locked
from reports.models import BusinessDay
from screenings.models import Cinema
from tests.helpers.business_days import close_days
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session
from tests.helpers.film_hire_rows import THURSDAY, a_contract, a_distributor
from tests.helpers.shared_rows import rows_of_a_module
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

RETURNS = ["film_hire_gross", "film_hire_reconciliation", "film_hire_ffa"]


@pytest.fixture(scope="module")
def settled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[int]:
    with rows_of_a_module(django_db_blocker):
        cinema = a_cinema()
        session = a_session(a_hall(cinema), start=NOON + timedelta(hours=6))
        a_paid_order(session, seats=2)
        a_contract(session.film, a_distributor(email="volga@example.org"), minimum_head=200)
        close_days(cinema, until=NOON + timedelta(weeks=1))
        last = BusinessDay.objects.select_related("cinema").get(cinema=cinema, date=THURSDAY + timedelta(days=6))
        [made] = settle_locked(last, at=NOON + timedelta(weeks=1))
        yield made.pk


@pytest.fixture
def statement(settled: int, db: None) -> Statement:
    return Statement.objects.get(pk=settled)


@pytest.fixture
def cinema(statement: Statement) -> Cinema:
    return Cinema.objects.get(pk=statement.cinema_id)


def test_a_statement_is_explained_line_by_line(statement: Statement, cinema: Cinema) -> None:
    client = browser(someone("cinema_manager", cinema))

    said = client.get(reverse("admin:film_hire_statement_change", args=[statement.pk])).text

    assert "Whole week" in said
    assert "50 % of the base" in said
    assert "At least" in said
    assert "2 heads" in said


def test_before_it_is_sent_it_says_where_it_goes(statement: Statement, cinema: Cinema) -> None:
    client = browser(someone("accountant", cinema))

    assert "volga@example.org" in client.get(reverse("admin:film_hire_statement_send", args=[statement.pk])).text


@pytest.mark.parametrize(("kind", "start"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF")])
def test_it_can_be_had_as_a_file(statement: Statement, cinema: Cinema, kind: str, start: bytes) -> None:
    client = browser(someone("accountant", cinema))

    answer: Any = client.get(reverse("admin:film_hire_statement_file", args=[statement.pk, kind]))

    assert b"".join(answer.streaming_content).startswith(start)


def test_people_of_another_cinema_find_neither_the_statement_nor_its_files(statement: Statement) -> None:
    client = browser(someone("accountant", a_cinema()))

    pages = [reverse("admin:film_hire_statement_file", args=[statement.pk, "csv"])]
    pages += [reverse(f"admin:film_hire_statement_{name}", args=[statement.pk]) for name in ("send", "recount")]

    assert [client.get(page).status_code for page in pages] == [404, 404, 404]


def test_counting_again_leads_to_the_new_version(statement: Statement, cinema: Cinema) -> None:
    Statement.objects.update(status=Statement.Status.SENT)
    Contract.objects.update(percents="60")
    page = reverse("admin:film_hire_statement_change", args=[statement.pk])
    recount = reverse("admin:film_hire_statement_recount", args=[statement.pk])

    answer = browser(someone("accountant", cinema)).post(recount, {"confirmed": "yes", "back": page})

    new = Statement.objects.get(version=2)
    assert answer["Location"] == reverse("admin:film_hire_statement_change", args=[new.pk])


@pytest.mark.parametrize(("role", "status"), [("cashier", 403), ("cinema_manager", 403), ("accountant", 200)])
def test_accountants_send_what_managers_read(statement: Statement, cinema: Cinema, role: str, status: int) -> None:
    client = browser(someone(role, cinema))

    assert client.get(reverse("admin:film_hire_statement_send", args=[statement.pk])).status_code == status


@pytest.mark.parametrize("name", RETURNS)
def test_returns_are_pages_and_files(statement: Statement, cinema: Cinema, name: str) -> None:
    client, page = browser(someone("accountant", cinema)), reverse(f"admin:{name}")
    given = {"first": str(THURSDAY), "last": str(THURSDAY + timedelta(days=6))}

    shown, file = client.get(page, given), client.get(page, {**given, "as": "csv"})

    assert "700" in shown.text
    assert b"700.00" in b"".join(file.streaming_content)  # type: ignore[attr-defined]
    assert browser(someone("cashier", cinema)).get(page).status_code == 403
