"""Sixty-four people buy one seat at one moment, each in a browser and at an address of their own: one holds it, and
everybody else is told so at once. Without the index that decides, more than one would hold it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, connections
from django.test import Client

from cinema import clock
from orders.models import Order, Ticket
from tests.helpers.factories import NOON, a_session, an_adult, free_seats
from tests.reliability.interleaving import PATIENCE
from tests.reliability.run_job import flaws

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("stage")]

CROWD = 64
KIND = "One of these seats has just been taken. Choose other seats."
INDEX = "one_live_ticket_a_seat"


def test_one_holds_the_seat_and_sixty_three_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)

    answers = a_crowd_buys_one_seat()

    assert sorted(answer.status_code for answer in answers) == [302] + [409] * (CROWD - 1)
    assert [KIND in answer.content.decode() for answer in answers].count(True) == CROWD - 1
    assert Order.objects.count() == Ticket.objects.live().count() == 1
    assert flaws() == []


def test_without_the_index_more_than_one_would_hold_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)

    with without_the_index():
        answers = a_crowd_buys_one_seat(of=8)

    assert sum(answer.status_code == 302 for answer in answers) > 1


def a_crowd_buys_one_seat(*, of: int = CROWD) -> list[Any]:
    """All of them have looked, and the seat was free, before the first of them writes."""
    session, adult = a_session(), an_adult()
    seat = free_seats(session)[0]
    tickets = type(Ticket.objects)
    everybody, write = Barrier(of, timeout=PATIENCE), tickets.bulk_create

    def write_together(*args: Any, **kwargs: Any) -> Any:
        everybody.wait()
        return write(*args, **kwargs)

    def buy(number: int) -> Any:
        browser = Client(REMOTE_ADDR=f"198.51.100.{number}")
        typed = {"email": f"guest{number}@example.org", "phone": "", "promocode": "", f"type-{seat.pk}": adult.pk}
        try:
            return browser.post(f"/sessions/{session.pk}/checkout/?seat={seat.pk}", typed)
        finally:
            connections.close_all()

    with patch.object(tickets, "bulk_create", write_together), ThreadPoolExecutor(of) as crowd:
        return list(crowd.map(buy, range(of)))


@contextmanager
def without_the_index() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [INDEX])
        made_by = cursor.fetchone()[0]
        cursor.execute(f"DROP INDEX {INDEX}")
        try:
            yield
        finally:
            Ticket.objects.all().delete()
            cursor.execute(made_by)
