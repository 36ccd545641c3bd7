"""Seats that are broken from one instant until another."""

from datetime import timedelta

import pytest

from cinema.validators import ReasonNeeded
from orders.errors import SeatBroken
from orders.models import Order, Ticket
from orders.services import cancel, hold, mark_paid
from screenings.errors import BackAlready, ImpossibleOutage, OutAlready
from screenings.models import SeatOutage
from screenings.services import put_back, take_out
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


def test_a_seat_that_is_broken_while_the_session_runs_is_not_sold(session):
    seat, other = factories.free_seats(session)[:2]
    take_out([seat], since=NOON, reason="The spring is out")

    with pytest.raises(SeatBroken, match="Not available for this screening: row 1, seat 1"):
        buy(session, seat)

    assert Order.objects.count() == 0
    assert buy(session, other).tickets.get().seat == other


@pytest.mark.parametrize("begins_before_the_end", [True, False])
def test_an_outage_counts_from_its_first_to_its_last_moment(session, begins_before_the_end):
    seat = factories.free_seats(session)[0]
    moment = timedelta(microseconds=1)
    if begins_before_the_end:
        take_out([seat], since=session.end_datetime - moment, reason="Wet")
    else:
        take_out([seat], since=NOON, until=session.start_datetime + moment, reason="Wet")

    with pytest.raises(SeatBroken):
        buy(session, seat)


def test_an_outage_that_ends_as_the_session_starts_or_begins_as_it_ends_is_in_nobodys_way(session):
    seat = factories.free_seats(session)[0]
    take_out([seat], since=NOON, until=session.start_datetime, reason="Wet")
    take_out([seat], since=session.end_datetime, reason="Wet again")

    assert buy(session, seat).tickets.get().seat == seat


def test_a_seat_that_was_put_back_is_sold_again(session):
    seat = factories.free_seats(session)[0]
    [outage] = take_out([seat], since=NOON - HOUR, reason="Wet")

    put_back(outage, at=NOON)

    assert buy(session, seat).tickets.get().seat == seat
    assert SeatOutage.objects.get().until == NOON


def test_an_outage_that_never_began_never_was(session):
    [outage] = take_out([factories.free_seats(session)[0]], since=NOON, reason="Wet")

    put_back(outage, at=NOON)

    assert not SeatOutage.objects.exists()


def test_a_seat_that_is_in_use_again_is_not_put_back_a_second_time(session):
    [mended] = take_out([factories.free_seats(session)[0]], since=NOON - 2 * HOUR, until=NOON - HOUR, reason="Wet")
    [called_off] = take_out([factories.free_seats(session)[1]], since=NOON, reason="Wet")
    put_back(SeatOutage.objects.get(pk=called_off.pk), at=NOON)

    for outage in (mended, called_off):
        with raises_unchanged(BackAlready):
            put_back(outage, at=NOON)


def test_a_seat_that_is_out_already_is_not_taken_out_twice_and_stays_out_for_longer_if_asked(session):
    seat, other = factories.free_seats(session)[:2]
    take_out([seat], since=NOON, until=NOON + 2 * HOUR, reason="Wet")

    with raises_unchanged(OutAlready) as said:
        take_out([other, seat], since=NOON + HOUR, until=NOON + 2 * HOUR, reason="Wet too")
    take_out([seat], since=NOON + HOUR, reason="Wet for long")

    assert "row 1, seat 1 since" in str(said.value)
    assert SeatOutage.objects.filter(seat=seat).count() == 2


def test_what_cannot_be_is_refused_and_nothing_is_taken_out(session):
    seat = factories.free_seats(session)[0]

    for seats, until, reason in (([], None, "Wet"), ([seat], NOON, "Wet"), ([seat], None, " ")):
        with pytest.raises((ImpossibleOutage, ReasonNeeded)):
            take_out(seats, since=NOON, until=until, reason=reason)

    assert not SeatOutage.objects.exists()


def test_sold_tickets_stay_when_their_seat_breaks(session):
    order = factories.a_paid_order(session)

    take_out([order.tickets.get().seat], since=NOON, reason="Wet")

    assert order.tickets.get().status == Ticket.Status.PAID


def test_late_money_does_not_seat_anybody_on_a_seat_that_broke_meanwhile(session):
    order = factories.an_order(session)
    cancel([order], reason="EXPIRED", at=NOON)
    take_out([order.tickets.get().seat], since=NOON, reason="Wet")

    mark_paid(order, gateway="demo", amount=order.final_amount, external_id="late-1", at=NOON + HOUR)

    order.refresh_from_db()
    assert order.status == Order.Status.CANCELLED
    assert order.refunds.get().amount == order.final_amount
