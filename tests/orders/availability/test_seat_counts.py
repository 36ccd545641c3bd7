"""Seat counts of many sessions, which agree with the seat map of each."""

from datetime import timedelta

import pytest

from backoffice.screenings import timetable_layout
from orders.availability.seat_counts import seat_counts
from orders.availability.seat_map import SeatMap
from screenings.models import Seat, SeatOutage, Session
from screenings.seat_count import SeatCount
from screenings.services import start_outage
from storefront.services.programme import with_seats_left
from tests.helpers import factories
from tests.helpers.factories import NOON

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def counted(session: Session, at=NOON) -> SeatCount:
    """The counts in the list, after checking that the seat map and the timetable for staff agree."""
    count = seat_counts([session], at=at)[session.pk]
    [showing] = with_seats_left([(session, session.hall.cinema.local(session.start_datetime))], at=at)
    day = session.hall.cinema.local(session.start_datetime).date()
    [row] = timetable_layout.lay_out_day(session.hall.cinema, day, at=at).halls
    [block] = row.blocks

    seat_map = SeatMap(session, at=at).count
    assert (seat_map.capacity, seat_map.free, seat_map.wheelchairs) == (count.capacity, count.free, count.wheelchairs)
    assert showing.seats == block.seats == count
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


def test_wheelchair_spaces_are_counted_apart_and_the_seats_of_companions_not_at_all():
    session = factories.a_session(factories.a_hall(rows=["ssww", "llcc"]))
    assert counted(session) == SeatCount(capacity=8, sold=0, free=4, wheelchairs=2)

    factories.a_paid_order(session, seats=3)  # two standard seats and a wheelchair space
    start_outage(Seat.objects.filter(hall=session.hall, kind="LOVE_SEAT"), since=NOON, reason="Wet")
    count = counted(session)
    assert count == SeatCount(capacity=8, sold=3, free=0, wheelchairs=1)
    assert (count.only_wheelchairs, count.sold_out, count.band) == (True, False, "wheelchairs")

    start_outage(Seat.objects.filter(hall=session.hall, kind="WHEELCHAIR")[1:], since=NOON, reason="Wet")
    count = counted(session)
    assert count == SeatCount(capacity=8, sold=3, free=0)
    assert (count.only_wheelchairs, count.sold_out, count.band) == (False, True, "sold_out")


@pytest.mark.parametrize(("free", "said"), [(0, "sold_out"), (1, "few"), (9, "few"), (10, "many")])
def test_seats_are_told_in_bands(free: int, said: str) -> None:
    assert SeatCount(capacity=100, sold=100 - free, free=free).band == said


def test_an_outage_counts_only_for_sessions_that_overlap_it():
    hall = factories.a_hall(rows=["ssss"])
    sessions = [factories.a_session(hall, start=NOON + timedelta(days=days)) for days in (1, 2)]
    for session in sessions:
        factories.an_order(session, seats=1)
    start_outage(hall.seats.all()[2:3], since=NOON, until=NOON + timedelta(days=1.5), reason="Wet")

    found = seat_counts(sessions, at=NOON)

    assert [found[session.pk] for session in sessions] == [SeatCount(4, 1, 2), SeatCount(4, 1, 3)]


def test_without_sessions_there_is_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert seat_counts([], at=NOON) == {}
