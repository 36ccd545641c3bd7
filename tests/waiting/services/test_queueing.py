"""Joining and leaving the waiting list of a sold-out session."""

from datetime import timedelta

import pytest

from screenings.services import start_outage
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_customer, a_hall, a_paid_order, a_session
from waiting.errors import QuantityNotPossible, SeatsAreFree, TooMuchWaited, WaitingListClosed
from waiting.models import CLOSES_BEFORE, WaitingEntry
from waiting.services import join, leave, place_of, queueing, to_offer

pytestmark = pytest.mark.django_db

EVENING = NOON + timedelta(hours=5)


@pytest.fixture
def session():
    session = a_session(a_hall(rows=["ss"]), start=EVENING)
    a_paid_order(session, seats=2)
    return session


def test_the_queue_keeps_the_order_and_a_person_has_one_place_in_it(session):
    first, second = a_customer(), a_customer()
    join(session, user=first, quantity=2, address=None, at=NOON)
    join(session, user=second, quantity=1, address=None, at=NOON)

    join(session, user=first, quantity=1, address=None, at=NOON)

    assert [place_of(each, session=session, at=NOON) for each in (first, second)] == [(1, 1), (2, 1)]
    assert WaitingEntry.objects.count() == 2


def test_whoever_leaves_and_joins_again_is_last(session):
    first, second = a_customer(), a_customer()
    join(session, user=first, quantity=2, address=None, at=NOON)
    join(session, user=second, quantity=1, address=None, at=NOON)

    leave(first, session=session.pk)
    assert place_of(first, session=session, at=NOON) is None
    join(session, user=first, quantity=2, address=None, at=NOON)

    assert place_of(first, session=session, at=NOON) == (2, 2)


def test_wheelchair_spaces_and_the_seats_of_companions_keep_nobody_from_waiting():
    hall = a_hall(rows=["ss", "wc", "wc"])
    session = a_session(hall, start=EVENING)
    a_paid_order(session, seats=2)
    start_outage(hall.seats.filter(row=3), since=NOON, reason="Wet")

    join(session, user=a_customer(), quantity=1, address=None, at=NOON)

    assert WaitingEntry.objects.count() == 1
    assert list(to_offer(NOON)) == []
    other, person = a_session(hall, start=EVENING + timedelta(days=1)), a_customer()
    with raises_unchanged(SeatsAreFree):
        join(other, user=person, quantity=2, address=None, at=NOON)


def test_nobody_joins_while_there_are_seats_or_shortly_before_the_start_or_for_too_many(session, monkeypatch):
    person, free = a_customer(), a_session(a_hall(rows=["ss"]), start=EVENING)
    closed = EVENING - CLOSES_BEFORE

    with raises_unchanged(SeatsAreFree):
        join(free, user=person, quantity=2, address=None, at=NOON)
    join(free, user=person, quantity=3, address=None, at=NOON)
    with raises_unchanged(WaitingListClosed):
        join(session, user=person, quantity=1, address=None, at=closed)
    for quantity in (0, 11):
        with raises_unchanged(QuantityNotPossible):
            join(session, user=person, quantity=quantity, address=None, at=NOON)
    monkeypatch.setattr(queueing, "MOST_LISTS", 1)
    with raises_unchanged(TooMuchWaited):
        join(session, user=person, quantity=1, address=None, at=NOON)
