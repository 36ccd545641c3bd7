"""Sixty-four customers buy one seat at once, each with a browser and an IP address of their own: one holds it, and all
others are told at once. The same for the house, which keeps the seat meanwhile. Negative control: without the unique
index more than one holds it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connections
from django.test import Client

from allocations.models import HouseHold
from allocations.services import keep
from cinema import clock
from orders.errors import SeatTaken
from orders.models import Order, Ticket
from orders.services import hold
from tests.helpers.factories import NOON, a_session, an_adult, free_seats
from tests.helpers.users import someone
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


def test_a_seat_is_either_sold_or_kept_by_the_house(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)

    assert sorted(sell_and_keep_at_once()) == ["SeatTaken", "held"]
    assert Ticket.objects.live().count() == 1
    assert HouseHold.objects.count() == Order.objects.filter(channel=Order.Channel.HOUSE).count()
    assert invariant_violations() == []


def test_without_the_unique_index_a_seat_is_sold_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)

    with without_the_index():
        assert sell_and_keep_at_once() == ["held", "held"]
        HouseHold.objects.all().delete()


def sell_and_keep_at_once() -> list[str]:
    """A customer and the house take one seat, which both have found free; what became of each."""
    session, person = a_session(), someone()
    seats = free_seats(session)[:1]
    tickets, cinema = type(Ticket.objects), session.hall.cinema
    barrier, write = Barrier(2, timeout=TIMEOUT), tickets.bulk_create

    def write_at_once(*args: Any, **kwargs: Any) -> Any:
        barrier.wait()
        return write(*args, **kwargs)

    def sell() -> Order:
        return hold(cinema=cinema, tickets=[(session, seats[0], an_adult())], at=NOON)

    def keep_it() -> HouseHold:
        return keep(session, seats=seats, reason="The mayor", at=NOON, actor=person)

    def attempt(take: Callable[[], object]) -> str:
        try:
            take()
        except SeatTaken as refusal:
            return type(refusal).__name__
        finally:
            connections.close_all()
        return "held"

    with patch.object(tickets, "bulk_create", write_at_once), ThreadPoolExecutor(2) as threads:
        return list(threads.map(attempt, [sell, keep_it]))


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
