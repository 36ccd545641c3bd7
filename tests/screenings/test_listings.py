from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cinema import clock
from screenings.listings import listed_sessions, next_day
from screenings.models import Film, Seat, Session, TicketType
from tests.helpers import factories
from tests.helpers.factories import NOON

pytestmark = pytest.mark.django_db


def test_started_sessions_are_hidden_and_the_next_day_is_in_the_cinemas_time_zone():
    hall = factories.a_hall(factories.a_cinema(time_zone="Asia/Yekaterinburg"))
    factories.a_session(hall, start=NOON)
    factories.a_session(hall, start=NOON.replace(hour=19, minute=30))  # 00:30 on the 6th in Yekaterinburg

    assert listed_sessions(first=date(2026, 11, 4), at=NOON) == []
    assert next_day(at=NOON) == date(2026, 11, 5)
    assert len(listed_sessions(first=date(2026, 11, 5), at=NOON)) == 1
    assert listed_sessions(first=date(2026, 11, 6), at=NOON) == []


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Europe/Moscow", "Pacific/Pago_Pago"])  # UTC+14, +3, -11
@pytest.mark.parametrize(("clock_time", "day"), [("00:00", 6), ("04:59", 6), ("05:00", 7), ("23:59", 7)])
def test_a_session_until_five_in_the_morning_belongs_to_the_evening_before(zone, clock_time, day):
    hall = factories.a_hall(factories.a_cinema(time_zone=zone))
    factories.a_session(hall, start=datetime.fromisoformat(f"2026-11-07T{clock_time}").replace(tzinfo=ZoneInfo(zone)))

    found = {number: len(listed_sessions(first=date(2026, 11, number), at=NOON)) for number in (5, 6, 7, 8)}

    assert found == {5: 0, 6: 0, 7: 0, 8: 0} | {day: 1}
    assert next_day(at=NOON) == date(2026, 11, day)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])  # UTC+14, -11
@pytest.mark.parametrize(
    ("ends", "clock_time", "day"), [("00:00", "00:00", 7), ("09:00", "08:59", 6), ("09:00", "09:00", 7)]
)
def test_a_cinema_chooses_when_its_evening_ends(zone, ends, clock_time, day):
    cinema = factories.a_cinema(time_zone=zone)
    cinema.day_ends_at = ends
    cinema.save()
    start = datetime.fromisoformat(f"2026-11-07T{clock_time}").replace(tzinfo=ZoneInfo(zone))
    factories.a_session(factories.a_hall(cinema), start=start)

    found = {number: len(listed_sessions(first=date(2026, 11, number), at=NOON)) for number in (5, 6, 7, 8)}

    assert found == {5: 0, 6: 0, 7: 0, 8: 0} | {day: 1}
    assert next_day(at=NOON) == date(2026, 11, day)


def test_without_a_first_day_all_that_is_on_sale_is_listed():
    sessions = [factories.a_session(start=NOON + timedelta(days=days)) for days in (1, 30, 300)]

    assert [session for session, _starts in listed_sessions(at=NOON)] == sessions


def day_of(session: Session) -> date:
    return session.hall.cinema.local(session.start_datetime).date()


def shown(session: Session, client) -> list[bool]:
    """Whether the session is listed, counts for the next day, and is on the site and in the sitemap."""
    return [
        session in [each for each, _starts in listed_sessions(first=day_of(session), at=NOON)],
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


def test_a_session_in_a_hall_without_seats_is_not_advertised(client, at_noon):
    session = factories.a_session()
    Seat.objects.all().delete()

    assert shown(session, client) == [False] * 4
