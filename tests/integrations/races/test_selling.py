"""A partner that sends its holds at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connections
from django.db.models import QuerySet

from cinema import clock
from integrations.services import selling
from orders.models import Ticket
from tests.helpers.factories import NOON, a_hall, a_session, an_adult, free_seats
from tests.helpers.partners import ApiClient, a_partner

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

AT_ONCE, LIMIT = 3, 4


def statuses_of_holds_at_once(before: Callable[[], Any], after: Callable[[], Any]) -> list[int]:
    """Each holds two seats of its own, and does these things before and after it is compared with the limit."""
    session, adult, (_partner, key) = a_session(a_hall(rows=("ssssss",))), an_adult(), a_partner()
    seats = list(free_seats(session))
    compare = selling._check_held

    def check(*args: Any, **given: Any) -> None:
        before()
        compare(*args, **given)
        after()

    def hold(number: int) -> int:
        places = [{"seat_id": seat.pk, "ticket_type_id": adult.pk} for seat in seats[2 * number : 2 * number + 2]]
        body = {"session_id": session.pk, "seats": places, "email": f"guest{number}@example.org"}
        try:
            return ApiClient(key).post("orders", body, key=f"key-{number:05d}").status_code
        finally:
            connections.close_all()

    with patch.object(selling, "_check_held", check), ThreadPoolExecutor(AT_ONCE) as pool:
        return sorted(pool.map(hold, range(AT_ONCE)))


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    settings.HELD_SEATS = {**settings.HELD_SEATS, "partner_session": LIMIT}


def test_holds_at_once_stay_within_the_limit_of_a_partner() -> None:
    statuses = statuses_of_holds_at_once(Barrier(AT_ONCE, timeout=30).wait, lambda: None)

    assert statuses == [201, 201, 409]
    assert Ticket.objects.filter(status=Ticket.Status.RESERVED).count() == LIMIT


def test_without_the_lock_they_go_above_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the race is real."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_given: rows)

    statuses = statuses_of_holds_at_once(lambda: None, Barrier(AT_ONCE, timeout=30).wait)

    assert statuses == [201] * AT_ONCE
