"""The hall map of a session for staff."""

import pytest

from backoffice.screenings.hall_map import hall_map
from orders.availability.seat_map import SeatMap
from screenings.services import start_outage
from tests.helpers import factories
from tests.helpers.factories import NOON

pytestmark = pytest.mark.django_db


def counts(session, at=NOON):
    found = {each.state: each.number for each in hall_map(session, at=at).counts}
    assert found["free"] == SeatMap(session, at=at).count.free
    assert sum(found.values()) == session.hall.seats.count()
    return {state: number for state, number in found.items() if number}


def test_every_seat_is_counted_once():
    session = factories.a_session(factories.a_hall(rows=["ssssssssss"]))
    factories.an_order(session, seats=2)
    paid = factories.a_paid_order(session, seats=3)
    start_outage([paid.tickets.first().seat, factories.free_seats(session)[0]], since=NOON, reason="Wet")

    assert counts(session) == {"free": 4, "reserved": 2, "paid": 3, "broken": 1}
    assert hall_map(session, at=NOON).sold_and_broken == [paid.tickets.first()]


def test_the_seat_of_an_expired_hold_is_free():
    session = factories.a_session(factories.a_hall(rows=["ssss"]))
    order = factories.an_order(session, seats=2)

    assert counts(session, order.expires_at) == {"free": 4}


def test_a_seat_shows_its_status_and_the_words_of_the_caller(django_assert_num_queries):
    session = factories.a_session(factories.a_hall(rows=["ss"]))
    order = factories.a_paid_order(session)
    start_outage([order.tickets.get().seat], since=NOON, reason="Wet")

    with django_assert_num_queries(3):
        plain = hall_map(session, at=NOON)
    shown = hall_map(session, at=NOON, words=lambda ticket: f"sold to {ticket.order}", link=lambda ticket: "/there/")

    assert [each.mark.words for each in plain.layout.seats] == ["Paid, off sale: Wet", ""]
    first = shown.layout.seats[0].mark
    assert (first.words, first.link) == (f"sold to {order}, off sale: Wet", "/there/")
