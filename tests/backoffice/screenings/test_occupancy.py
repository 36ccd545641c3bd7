"""Tickets that staff are shown before seats go off sale."""

from datetime import timedelta

import pytest

from backoffice.screenings.occupancy import tickets_for
from screenings.models import Session
from tests.helpers import factories
from tests.helpers.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> Session:
    return factories.a_session()


def test_the_tickets_of_an_expired_hold_are_not_counted_as_sold(session: Session) -> None:
    paid = factories.a_paid_order(session)
    held = factories.an_order(session, seats=2)
    seats = list(session.hall.seats.all())

    def orders(minutes: int) -> set[str]:
        at = NOON + timedelta(minutes=minutes)
        return {ticket.order.number for ticket in tickets_for(seats, since=NOON, until=None, at=at)}

    assert orders(14) == {paid.number, held.number}
    assert orders(15) == {paid.number}


def test_only_sessions_in_the_period_are_looked_at(session: Session) -> None:
    factories.a_paid_order(session)
    seats, start = list(session.hall.seats.all()), session.start_datetime

    assert tickets_for(seats, since=NOON, until=start, at=NOON) == []
    assert tickets_for(seats, since=session.end_datetime, until=None, at=NOON) == []
    assert len(tickets_for(seats, since=NOON, until=start + timedelta(minutes=1), at=NOON)) == 1
