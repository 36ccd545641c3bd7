"""Sixty-four customers buy one seat at once, each with a browser and an IP address of their own: one holds it, and all
others are told at once. Negative control: without the unique index more than one holds it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connections
from django.test import Client

from cinema import clock
from orders.models import Order, Ticket
from tests.helpers.factories import NOON, a_session, an_adult, free_seats
from tests.reliability.interleaving import TIMEOUT
from tests.reliability.live_tickets import without_the_index
from tests.reliability.run_job import invariant_violations

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("empty_database")]

CUSTOMERS = 64
REFUSAL = "One of these seats has just been taken. Choose other seats."


def test_one_of_sixty_four_customers_holds_the_seat_and_the_others_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)

    answers = buy_one_seat_at_once()

    assert sorted(answer.status_code for answer in answers) == [302] + [409] * (CUSTOMERS - 1)
    assert [REFUSAL in answer.content.decode() for answer in answers].count(True) == CUSTOMERS - 1
    assert Order.objects.count() == Ticket.objects.live().count() == 1
    assert invariant_violations() == []


def test_without_the_unique_index_more_than_one_customer_holds_the_seat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)

    with without_the_index():
        answers = buy_one_seat_at_once(customers=8)

    assert sum(answer.status_code == 302 for answer in answers) > 1


def buy_one_seat_at_once(*, customers: int = CUSTOMERS) -> list[Any]:
    """All have found the seat free before the first of them writes."""
    session, adult = a_session(), an_adult()
    seat = free_seats(session)[0]
    tickets = type(Ticket.objects)
    barrier, write = Barrier(customers, timeout=TIMEOUT), tickets.bulk_create

    def write_at_once(*args: Any, **kwargs: Any) -> Any:
        barrier.wait()
        return write(*args, **kwargs)

    def buy(number: int) -> Any:
        browser = Client(REMOTE_ADDR=f"198.51.100.{number}")
        typed = {"email": f"guest{number}@example.org", "phone": "", "promocode": "", f"type-{seat.pk}": adult.pk}
        try:
            return browser.post(f"/sessions/{session.pk}/checkout/?seat={seat.pk}", typed)
        finally:
            connections.close_all()

    with patch.object(tickets, "bulk_create", write_at_once), ThreadPoolExecutor(customers) as threads:
        return list(threads.map(buy, range(customers)))
