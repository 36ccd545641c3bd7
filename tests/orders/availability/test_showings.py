"""Seat counts and prices of many sessions, which agree with the seat map of each."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from backoffice.screenings import timetable_layout
from orders.availability.seat_map import SeatMap
from orders.availability.showings import SeatCount, Showing, seat_counts, with_seats_left
from screenings.listings import listed_sessions
from screenings.models import Film, Seat, SeatOutage, Session, TicketType
from screenings.services import start_outage
from tests.helpers import factories
from tests.helpers.factories import NOON

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def showings(*, first: date, days: int = 1) -> list[Showing]:
    return with_seats_left(listed_sessions(first=first, days=days, at=NOON), at=NOON)


def counted(session: Session, at=NOON) -> SeatCount:
    """The counts in the list, after checking that the seat map and the timetable for staff agree."""
    count = seat_counts([session], at=at)[session.pk]
    [showing] = with_seats_left([(session, session.hall.cinema.local(session.start_datetime))], at=at)
    day = session.hall.cinema.local(session.start_datetime).date()
    [row] = timetable_layout.lay_out_day(session.hall.cinema, day, at=at).halls
    [block] = row.blocks

    assert (showing.left, showing.capacity) == (count.free, count.capacity)
    assert SeatMap(session, at=at).free == count.free
    assert (block.seats, block.is_sold_out) == (count, showing.sold_out)
    return count


def test_held_and_sold_seats_are_not_free():
    session = factories.a_session(factories.a_hall(rows=["ssssssssss"]))
    factories.an_order(session, seats=2)
    factories.a_paid_order(session, seats=3)

    assert counted(session) == SeatCount(capacity=10, sold=5, free=5)


def test_the_seat_of_an_expired_hold_is_free_before_any_job_has_run():
    session = factories.a_session(factories.a_hall(rows=["ssss"]))
    factories.an_order(session, seats=3)

    assert counted(session, NOON + 15 * timedelta(minutes=1)) == SeatCount(capacity=4, sold=0, free=4)


def test_a_seat_that_is_sold_and_broken_is_counted_once():
    session = factories.a_session(factories.a_hall(rows=["ssssssssss"]))
    order = factories.a_paid_order(session, seats=8)
    start_outage([ticket.seat for ticket in order.tickets.all()[:2]], since=NOON, reason="Wet")

    assert counted(session) == SeatCount(capacity=10, sold=8, free=2)


def test_a_seat_with_two_outages_is_counted_once():
    session = factories.a_session(factories.a_hall(rows=["ssss"]))
    seat = Seat.objects.filter(hall=session.hall).first()
    for reason in ("Wet", "Torn"):
        SeatOutage.objects.create(seat=seat, since=NOON, reason=reason)

    assert counted(session) == SeatCount(capacity=4, sold=0, free=3)


def test_a_seat_repaired_before_the_session_is_free():
    session = factories.a_session(factories.a_hall(rows=["ssss"]))
    seats = Seat.objects.filter(hall=session.hall)
    SeatOutage.objects.create(seat=seats[0], since=NOON, until=session.start_datetime, reason="Wet")
    SeatOutage.objects.create(seat=seats[1], since=session.end_datetime, reason="Wet")

    assert counted(session).free == 4


def test_a_session_is_sold_out_when_all_remaining_seats_are_broken():
    session = factories.a_session(factories.a_hall(rows=["ss"]))
    order = factories.a_paid_order(session)
    start_outage(
        Seat.objects.filter(hall=session.hall).exclude(pk=order.tickets.get().seat_id), since=NOON, reason="Wet"
    )

    assert counted(session) == SeatCount(capacity=2, sold=1, free=0)


def test_an_outage_counts_only_for_sessions_that_overlap_it():
    hall = factories.a_hall(rows=["ssss"])
    sessions = [factories.a_session(hall, start=NOON + timedelta(days=days)) for days in (1, 2)]
    for session in sessions:
        factories.an_order(session, seats=1)
    start_outage(hall.seats.all()[2:3], since=NOON, until=NOON + timedelta(days=1.5), reason="Wet")

    found = seat_counts(sessions, at=NOON)

    assert [found[session.pk] for session in sessions] == [SeatCount(4, 1, 2), SeatCount(4, 1, 3)]


def test_a_week_takes_as_many_queries_as_one_session(django_assert_num_queries):
    cinema = factories.a_cinema()
    halls = [factories.a_hall(cinema) for _number in range(3)]
    first = NOON.date()
    factories.a_session(halls[0], start=NOON + HOUR)
    with django_assert_num_queries(8):
        assert len(showings(first=first, days=7)) == 1

    for day in range(1, 6):
        for hall in halls:
            session = factories.a_session(hall, start=NOON + timedelta(days=day), minutes=90 + day)
            factories.an_order(session, seats=2)
    for hall in halls:
        start_outage(hall.seats.all()[:5], since=NOON, reason="Wet")
    with django_assert_num_queries(8):
        assert len(showings(first=first, days=7)) == 16


def test_the_price_is_that_of_a_standard_seat_on_the_seat_map():
    session = factories.a_session(price=Decimal("350.00"))
    TicketType.objects.update(price_percent=80)
    session.hall.cinema.seat_surcharges.create(kind="STANDARD", amount=Decimal("20.00"))

    [showing] = showings(first=date(2026, 11, 6))

    assert showing.price == SeatMap(session, at=NOON).prices["STANDARD"] == Decimal("300.00")


def test_without_sessions_there_is_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert seat_counts([], at=NOON) == {}
        assert with_seats_left([], at=NOON) == []


def test_the_price_is_that_of_a_ticket_type_that_is_sold_for_the_film():
    session = factories.a_session(price=Decimal("400.00"))
    Film.objects.update(age_rating="18+")
    TicketType.objects.update(highest_rating="12+")
    TicketType.objects.create(name="Student", price_percent=80)
    session.refresh_from_db()

    [showing] = showings(first=date(2026, 11, 6))

    assert showing.price == SeatMap(session, at=NOON).prices["STANDARD"] == Decimal("320.00")
