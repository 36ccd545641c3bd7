"""Two people work in one week planner at once, or a ticket is sold while its session is taken back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

from cinema.status import Refused
from orders.models import Ticket
from pricing.services.taking_back import take_back
from screenings.errors import HallBusy, NothingPlanned
from screenings.models import Film, PlannedSession, Session
from screenings.services import draft, publish_week
from tests.helpers import factories
from tests.helpers.factories import NOON, PRICE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres, pytest.mark.slow]

WEEK = date(2026, 11, 12)
EVENING = datetime(2026, 11, 13, 16, tzinfo=UTC)


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """What each returned or raised; each runs in a thread and connection of its own."""

    def attempt(action: Callable[[], Any]) -> Any:
        try:
            return action()
        except Refused as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(attempt, actions))


def test_a_week_is_published_once_and_a_time_is_planned_once() -> None:
    hall = factories.a_hall()
    film = Film.objects.create(title="Stalker", duration_minutes=160)

    def plan_it() -> PlannedSession:
        return draft(film=film, hall=hall, start=EVENING, ticket_price=PRICE, at=NOON)

    planned = at_once(plan_it, plan_it, plan_it)
    published = at_once(*[lambda: publish_week(hall.cinema, first=WEEK, at=NOON)] * 3)

    assert sorted(type(each).__name__ for each in planned) == ["HallBusy", "HallBusy", "PlannedSession"]
    assert sum(isinstance(each, NothingPlanned) for each in published) == 2
    assert Session.objects.count() == 1
    assert isinstance(at_once(plan_it)[0], HallBusy)


@pytest.mark.parametrize("_round", range(3))
def test_no_ticket_stays_at_a_session_that_is_taken_back(_round: int) -> None:
    session = factories.a_session(start=EVENING)

    _sold, back = at_once(lambda: factories.an_order(session), lambda: take_back([session], at=NOON))
    call_command("refund_cancelled_sessions", at=NOON.isoformat())  # a ticket may be committed after the session

    session.refresh_from_db()
    assert (session.status == Session.Status.CANCELLED) is not isinstance(back, Refused)
    assert Ticket.objects.live().exists() is isinstance(back, Refused)
