"""Search by ticket code and pick-up code, and the limit on wrong codes."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.models import Attempt
from cinema import clock
from concessions.models import ConcessionPreorder
from orders.services import code_of
from tests.helpers.factories import NOON, a_cinema, a_paid_order, a_session, an_item
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

SNACKS = reverse("admin:concessions_concessionpreorder_changelist")
TICKETS = reverse("admin:orders_ticket_changelist")
WRONG, MOST = "ZZZZZZ", 20


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


@pytest.fixture
def snacks() -> ConcessionPreorder:
    session = a_session()
    return a_paid_order(session, snacks=[(an_item(session.hall.cinema), 1)]).preorders.get()


def found(client: Client, word: str, page: str = SNACKS) -> list[Any]:
    answer = client.get(page, {"q": word})
    assert answer.status_code == 200
    return list(answer.context_data["cl"].queryset)


def shown_messages(client: Client, code: str) -> str:
    return " ".join(map(str, get_messages(client.get(SNACKS, {"q": code}).wsgi_request)))


def test_wrong_codes_are_limited_and_a_right_one_is_always_found(snacks: ConcessionPreorder) -> None:
    bar = browser(someone("bar", snacks.concession_item.cinema))
    assert [found(bar, WRONG) for _time in range(MOST)] == [[]] * MOST

    assert found(bar, WRONG) == []
    assert "Try again in 60 minutes" in shown_messages(bar, WRONG)
    assert found(bar, snacks.pickup_code) == [snacks]
    assert shown_messages(bar, snacks.pickup_code) == ""


def test_wrong_codes_are_limited_per_person_and_per_ip_address(snacks: ConcessionPreorder, settings: Any) -> None:
    settings.ATTEMPTS = {"code": (timedelta(hours=1), 2, 3)}
    cinema = snacks.concession_item.cinema
    one, other = (browser(someone("bar", cinema, email=f"{name}@example.org")) for name in ("one", "other"))

    for _time in range(2):
        found(one, WRONG)
    before = shown_messages(other, WRONG)
    after = shown_messages(other, WRONG)

    assert before == ""
    assert "Try again" in after


@pytest.mark.parametrize("word", ["ivanov@example.org", "Zoo", "23456789", ""])
def test_other_searches_are_not_counted(snacks: ConcessionPreorder, word: str) -> None:
    found(browser(someone("bar", snacks.concession_item.cinema)), word)

    assert not Attempt.objects.exists()


def test_a_ticket_code_finds_the_ticket_at_its_own_cinema_only(snacks: ConcessionPreorder) -> None:
    ticket = snacks.order.tickets.get()
    here, elsewhere = (
        browser(someone("usher", cinema, email=f"{cinema.pk}@example.org"))
        for cinema in (snacks.concession_item.cinema, a_cinema())
    )

    assert found(here, code_of(ticket).lower(), TICKETS) == [ticket]
    assert found(elsewhere, code_of(ticket), TICKETS) == []


RUSSIAN = str.maketrans("QWERTYUIOPASDFGHJKLZXCVBNM", "ЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ")


@pytest.mark.parametrize("page", ["tickets", "snacks", "orders"])
def test_a_scanner_under_a_russian_layout_finds_what_it_scans(snacks: ConcessionPreorder, page: str) -> None:
    order = snacks.order
    ticket = order.tickets.get()
    manager = browser(someone("floor_manager", snacks.concession_item.cinema))
    address, codes, row = {
        "tickets": (TICKETS, [code_of(ticket), order.number], ticket),
        "snacks": (SNACKS, [snacks.pickup_code, order.number], snacks),
        "orders": (reverse("admin:orders_order_changelist"), [snacks.pickup_code, order.number], order),
    }[page]

    assert [found(manager, code.translate(RUSSIAN), address) for code in codes] == [[row], [row]]
    assert not Attempt.objects.exists()
