"""Seat counts and prices of many sessions, which agree with the seat map of each."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from backoffice.screenings import timetable_layout
from cinema import clock
from orders.availability.seat_map import SeatMap
from orders.availability.showings import SeatCount, next_day, seat_counts, showings, with_seats_left
from screenings.models import Film, Seat, SeatOutage, Session, TicketType
from screenings.services import start_outage
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
        assert len(showings(first=first, days=7, at=NOON)) == 1

    for day in range(1, 6):
        for hall in halls:
            session = factories.a_session(hall, start=NOON + timedelta(days=day), minutes=90 + day)
            factories.an_order(session, seats=2)
    for hall in halls:
        start_outage(hall.seats.all()[:5], since=NOON, reason="Wet")
    with django_assert_num_queries(8):
        assert len(showings(first=first, days=7, at=NOON)) == 16


def test_the_price_is_that_of_a_standard_seat_on_the_seat_map():
    session = factories.a_session(price=Decimal("350.00"))
    TicketType.objects.update(price_percent=80)
    session.hall.cinema.seat_surcharges.create(kind="STANDARD", amount=Decimal("20.00"))

    [showing] = showings(first=date(2026, 11, 6), at=NOON)

    assert showing.price == SeatMap(session, at=NOON).prices["STANDARD"] == Decimal("300.00")


def test_started_sessions_are_hidden_and_the_next_day_is_in_the_cinemas_time_zone():
    hall = factories.a_hall(factories.a_cinema(time_zone="Asia/Yekaterinburg"))
    factories.a_session(hall, start=NOON)
    factories.a_session(hall, start=NOON.replace(hour=19, minute=30))  # 00:30 on the 6th in Yekaterinburg

    assert showings(first=date(2026, 11, 4), at=NOON) == []
    assert next_day(at=NOON) == date(2026, 11, 5)
    assert len(showings(first=date(2026, 11, 5), at=NOON)) == 1
    assert showings(first=date(2026, 11, 6), at=NOON) == []


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Europe/Moscow", "Pacific/Pago_Pago"])  # UTC+14, +3, -11
@pytest.mark.parametrize(("clock_time", "day"), [("00:00", 6), ("04:59", 6), ("05:00", 7), ("23:59", 7)])
def test_a_session_until_five_in_the_morning_belongs_to_the_evening_before(zone, clock_time, day):
    hall = factories.a_hall(factories.a_cinema(time_zone=zone))
    factories.a_session(hall, start=datetime.fromisoformat(f"2026-11-07T{clock_time}").replace(tzinfo=ZoneInfo(zone)))

    found = {number: len(showings(first=date(2026, 11, number), at=NOON)) for number in (5, 6, 7, 8)}

    assert found == {5: 0, 6: 0, 7: 0, 8: 0} | {day: 1}
    assert next_day(at=NOON) == date(2026, 11, day)


def test_without_a_first_day_all_that_is_on_sale_is_listed():
    sessions = [factories.a_session(start=NOON + timedelta(days=days)) for days in (1, 30, 300)]

    assert [each.session for each in showings(at=NOON)] == sessions


def test_without_sessions_there_is_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert seat_counts([], at=NOON) == {}
        assert with_seats_left([], at=NOON) == []


def day_of(session: Session) -> date:
    return session.hall.cinema.local(session.start_datetime).date()


def shown(session: Session, client) -> list[bool]:
    """Whether the session is in the list of showings, in the next day with showings, on the site and in the sitemap."""
    return [
        session in [each.session for each in showings(first=day_of(session), at=NOON)],
        next_day(at=NOON) is not None,
        session.film.title in client.get(f"/?day={day_of(session)}").text,
        f"/films/{session.film_id}/" in client.get("/sitemap.xml").text,
    ]


@pytest.fixture
def at_noon(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def test_a_session_that_can_be_bought_is_advertised(client, at_noon):
    assert shown(factories.a_session(), client) == [True] * 4


def test_without_a_gateway_nothing_is_advertised(client, at_noon, settings):
    session = factories.a_session()
    settings.PAYMENT_GATEWAYS = []

    assert shown(session, client) == [False] * 4


@pytest.mark.parametrize("left", [{"is_active": False}, {"sold_to": "TILL"}, {"sold_to": "COMPANION"}])
def test_without_a_ticket_type_for_anybody_nothing_is_advertised(client, at_noon, left):
    session = factories.a_session()
    TicketType.objects.update(**left)

    assert shown(session, client) == [False] * 4


def test_a_film_for_which_no_ticket_type_is_sold_is_not_advertised(client, at_noon):
    session = factories.a_session()
    TicketType.objects.update(highest_rating="12+")

    Film.objects.update(age_rating="12+")
    assert shown(session, client) == [True] * 4
    Film.objects.update(age_rating="16+")
    assert shown(session, client) == [False] * 4


def test_the_price_is_that_of_a_ticket_type_that_is_sold_for_the_film():
    session = factories.a_session(price=Decimal("400.00"))
    Film.objects.update(age_rating="18+")
    TicketType.objects.update(highest_rating="12+")
    TicketType.objects.create(name="Student", price_percent=80)
    session.refresh_from_db()

    [showing] = showings(first=date(2026, 11, 6), at=NOON)

    assert showing.price == SeatMap(session, at=NOON).prices["STANDARD"] == Decimal("320.00")


def test_a_session_in_a_hall_without_seats_is_not_advertised(client, at_noon):
    session = factories.a_session()
    Seat.objects.all().delete()

    assert shown(session, client) == [False] * 4
