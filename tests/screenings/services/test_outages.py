"""Seats that are out of use for some time."""

from datetime import timedelta

import pytest

from cinema.validators import ReasonNeeded
from orders.errors import SeatBroken
from orders.models import Order, Ticket
from orders.services import cancel, hold, mark_paid
from screenings.errors import ImpossibleOutage, OutageAlreadyEnded, SeatAlreadyOut
from screenings.models import SeatOutage
from screenings.services import end_outage, start_outage
from tests.helpers import factories
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def session():
    return factories.a_session()


def buy(session, seat) -> Order:
    return hold(cinema=session.hall.cinema, tickets=[(session, seat, factories.an_adult())], email="a@b.org", at=NOON)


def test_a_seat_that_is_out_of_use_during_the_session_is_not_sold(session):
    seat, other = factories.free_seats(session)[:2]
    start_outage([seat], since=NOON, reason="The spring is out")

    with pytest.raises(SeatBroken, match="Not available for this screening: row 1, seat 1"):
        buy(session, seat)

    assert Order.objects.count() == 0
    assert buy(session, other).tickets.get().seat == other


@pytest.mark.parametrize("begins_before_the_end", [True, False])
def test_an_outage_counts_from_its_first_to_its_last_moment(session, begins_before_the_end):
    seat = factories.free_seats(session)[0]
    moment = timedelta(microseconds=1)
    if begins_before_the_end:
        start_outage([seat], since=session.end_datetime - moment, reason="Wet")
    else:
        start_outage([seat], since=NOON, until=session.start_datetime + moment, reason="Wet")

    with pytest.raises(SeatBroken):
        buy(session, seat)


def test_an_outage_that_only_touches_the_session_does_not_affect_it(session):
    seat = factories.free_seats(session)[0]
    start_outage([seat], since=NOON, until=session.start_datetime, reason="Wet")
    start_outage([seat], since=session.end_datetime, reason="Wet again")

    assert buy(session, seat).tickets.get().seat == seat


def test_a_seat_that_was_put_back_is_sold_again(session):
    seat = factories.free_seats(session)[0]
    [outage] = start_outage([seat], since=NOON - HOUR, reason="Wet")

    end_outage(outage, at=NOON)

    assert buy(session, seat).tickets.get().seat == seat
    assert SeatOutage.objects.get().until == NOON


def test_an_outage_ended_before_it_began_is_deleted(session):
    [outage] = start_outage([factories.free_seats(session)[0]], since=NOON, reason="Wet")

    end_outage(outage, at=NOON)

    assert not SeatOutage.objects.exists()


def test_an_outage_that_has_ended_cannot_be_ended_again(session):
    [ended] = start_outage([factories.free_seats(session)[0]], since=NOON - 2 * HOUR, until=NOON - HOUR, reason="Wet")
    [not_begun] = start_outage([factories.free_seats(session)[1]], since=NOON, reason="Wet")
    end_outage(SeatOutage.objects.get(pk=not_begun.pk), at=NOON)

    for outage in (ended, not_begun):
        with raises_unchanged(OutageAlreadyEnded):
            end_outage(outage, at=NOON)


def test_an_outage_within_another_is_refused_and_a_longer_one_is_allowed(session):
    seat, other = factories.free_seats(session)[:2]
    start_outage([seat], since=NOON, until=NOON + 2 * HOUR, reason="Wet")

    with raises_unchanged(SeatAlreadyOut) as said:
        start_outage([other, seat], since=NOON + HOUR, until=NOON + 2 * HOUR, reason="Wet too")
    start_outage([seat], since=NOON + HOUR, reason="Wet for long")

    assert "row 1, seat 1 since" in str(said.value)
    assert SeatOutage.objects.filter(seat=seat).count() == 2


def test_an_invalid_outage_is_refused_and_nothing_is_stored(session):
    seat = factories.free_seats(session)[0]

    for seats, until, reason in (([], None, "Wet"), ([seat], NOON, "Wet"), ([seat], None, " ")):
        with pytest.raises((ImpossibleOutage, ReasonNeeded)):
            start_outage(seats, since=NOON, until=until, reason=reason)

    assert not SeatOutage.objects.exists()


def test_sold_tickets_stay_when_their_seat_breaks(session):
    order = factories.a_paid_order(session)

    start_outage([order.tickets.get().seat], since=NOON, reason="Wet")

    assert order.tickets.get().status == Ticket.Status.PAID


def test_a_late_payment_does_not_revive_an_order_for_a_seat_now_out_of_use(session):
    order = factories.an_order(session)
    cancel([order], reason="EXPIRED", at=NOON)
    start_outage([order.tickets.get().seat], since=NOON, reason="Wet")

    mark_paid(order, gateway="demo", amount=order.final_amount, external_id="late-1", at=NOON + HOUR)

    order.refresh_from_db()
    assert order.status == Order.Status.CANCELLED
    assert order.refunds.get().amount == order.final_amount
