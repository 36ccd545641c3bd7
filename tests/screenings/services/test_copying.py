from datetime import UTC, date, datetime, timedelta

import pytest

from screenings.errors import AmbiguousTime, DifferentWeekdays, HallBusy, NonexistentTime, StartsInThePast
from screenings.models import Session
from screenings.services import copy_day, copy_week
from tests.helpers.screening_rows import hall, session

pytestmark = pytest.mark.django_db

AT = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)


def berlin(text):
    """An instant, from a local time in Berlin with the winter offset."""
    return datetime.fromisoformat(text + "+01:00").astimezone(UTC)


def clocks(sessions):
    return [f"{one.hall.cinema.local(one.start_datetime):%Y-%m-%d %H:%M}" for one in sessions]


def reasons(result):
    return [(left.session, type(left.reason)) for left in result.skipped]


def test_a_day_is_copied_with_all_details():
    original = session(hall=hall("Europe/Berlin"), start=berlin("2026-03-20 20:00"), format="IMAX", subtitles="en")

    result = copy_day(original.hall.cinema, day=date(2026, 3, 20), to=date(2026, 3, 21), at=AT)

    [copy] = result.created
    copy.refresh_from_db()
    same = ["film_id", "hall_id", "ticket_price", "format", "language", "subtitles"]
    assert [getattr(copy, name) for name in same] == [getattr(original, name) for name in same]
    day = timedelta(days=1)
    assert copy.start_datetime == original.start_datetime + day
    assert copy.end_datetime == original.end_datetime + day
    assert copy.free_from == original.free_from + day
    assert copy.status == Session.Status.SCHEDULED
    assert result.skipped == []


def test_copies_keep_the_local_time_when_the_clocks_change():
    room = hall("Europe/Berlin")
    session(hall=room, start=berlin("2026-03-28 20:00"), minutes=100)

    result = copy_day(room.cinema, day=date(2026, 3, 28), to=date(2026, 3, 29), at=AT)

    [copy] = result.created
    assert clocks([copy]) == ["2026-03-29 20:00"]
    assert copy.start_datetime == datetime(2026, 3, 29, 18, 0, tzinfo=UTC)
    assert copy.end_datetime - copy.start_datetime == timedelta(minutes=100)


def test_a_session_after_midnight_belongs_to_the_day_on_which_it_starts():
    room = hall("Europe/Berlin")
    session(hall=room, start=berlin("2026-03-20 00:10"))
    session(hall=room, start=berlin("2026-03-20 23:50"))
    session(hall=room, start=berlin("2026-03-21 02:30"))

    result = copy_day(room.cinema, day=date(2026, 3, 20), to=date(2026, 3, 25), at=AT)

    assert clocks(result.created) == ["2026-03-25 00:10", "2026-03-25 23:50"]


def test_a_day_without_midnight_starts_at_its_first_minute():
    room = hall("Africa/Cairo")
    first = session(hall=room, start=datetime(2026, 4, 23, 22, 0, tzinfo=UTC))  # 01:00, straight after 23:59

    result = copy_day(room.cinema, day=date(2026, 4, 24), to=date(2026, 4, 27), at=AT)

    assert clocks([first, *result.created]) == ["2026-04-24 01:00", "2026-04-27 01:00"]
    assert copy_day(room.cinema, day=date(2026, 4, 23), to=date(2026, 4, 28), at=AT).created == []


def test_cancelled_sessions_and_other_cinemas_are_not_copied():
    room = hall("Europe/Berlin")
    session(hall=room, start=berlin("2026-03-20 20:00"), status=Session.Status.CANCELLED)
    session(hall=hall("Europe/Berlin"), start=berlin("2026-03-20 20:00"))

    result = copy_day(room.cinema, day=date(2026, 3, 20), to=date(2026, 3, 21), at=AT)

    assert (result.created, result.skipped) == ([], [])


def test_sessions_that_cannot_be_copied_are_skipped_with_the_reason():
    room = hall("Europe/Berlin")
    skipped = session(hall=room, start=berlin("2026-03-22 02:30"), minutes=60)
    blocked = session(hall=room, start=berlin("2026-03-22 15:00"))
    session(hall=room, start=berlin("2026-03-22 20:00"))
    other = session(hall=room, start=berlin("2026-03-29 14:30"))

    result = copy_day(room.cinema, day=date(2026, 3, 22), to=date(2026, 3, 29), at=AT)

    assert clocks(result.created) == ["2026-03-29 20:00"]
    assert reasons(result) == [(skipped, NonexistentTime), (blocked, HallBusy)]
    assert result.skipped[1].reason.sessions == [other]


def test_a_session_at_an_ambiguous_time_is_skipped():
    room = hall("Europe/Berlin")
    night = session(hall=room, start=datetime(2026, 10, 24, 0, 30, tzinfo=UTC))  # 02:30 in Berlin

    result = copy_day(room.cinema, day=date(2026, 10, 24), to=date(2026, 10, 25), at=AT)

    assert reasons(result) == [(night, AmbiguousTime)]
    assert result.created == []


def test_copies_that_overlap_when_the_clocks_go_forward_are_skipped():
    room = hall("Europe/Berlin")
    session(hall=room, start=berlin("2026-03-28 01:00"), minutes=105)  # cleaned at 03:00
    second = session(hall=room, start=berlin("2026-03-28 03:00"))

    result = copy_day(room.cinema, day=date(2026, 3, 28), to=date(2026, 3, 29), at=AT)

    assert clocks(result.created) == ["2026-03-29 01:00"]
    assert reasons(result) == [(second, HallBusy)]


def test_sessions_in_the_past_are_skipped():
    room = hall("Europe/Berlin")
    matinee = session(hall=room, start=berlin("2026-03-20 11:00"))
    session(hall=room, start=berlin("2026-03-20 20:00"))

    result = copy_day(room.cinema, day=date(2026, 3, 20), to=date(2026, 3, 21), at=berlin("2026-03-21 11:00"))

    assert clocks(result.created) == ["2026-03-21 20:00"]
    assert reasons(result) == [(matinee, StartsInThePast)]


def test_copying_twice_creates_nothing_more():
    room = hall("Europe/Berlin")
    session(hall=room, start=berlin("2026-03-20 20:00"))
    copy_day(room.cinema, day=date(2026, 3, 20), to=date(2026, 3, 21), at=AT)

    again = copy_day(room.cinema, day=date(2026, 3, 20), to=date(2026, 3, 21), at=AT)

    assert again.created == []
    assert [type(left.reason) for left in again.skipped] == [HallBusy]
    assert Session.objects.count() == 2


def test_a_day_may_be_copied_back_in_time_and_over_a_leap_day():
    room = hall("Europe/Berlin")
    session(hall=room, start=berlin("2028-03-07 20:00"))

    result = copy_day(room.cinema, day=date(2028, 3, 7), to=date(2028, 2, 29), at=AT)

    assert clocks(result.created) == ["2028-02-29 20:00"]


def test_a_week_is_the_seven_days_from_its_first_day():
    room = hall("Europe/Berlin")
    for day in range(1, 10):
        session(hall=room, start=berlin(f"2026-03-{day:02} 20:00"))

    result = copy_week(room.cinema, monday=date(2026, 3, 2), to=date(2026, 3, 23), at=AT)

    assert clocks(result.created) == [f"2026-03-{day} 20:00" for day in range(23, 30)]


def test_weeks_that_start_on_different_weekdays_are_refused():
    room = hall("Europe/Berlin")
    session(hall=room, start=berlin("2026-03-02 20:00"))

    with pytest.raises(DifferentWeekdays):
        copy_week(room.cinema, monday=date(2026, 3, 2), to=date(2026, 3, 10), at=AT)

    assert Session.objects.count() == 1


@pytest.mark.parametrize("many", [2, 40])
def test_the_query_count_of_a_copy_does_not_depend_on_the_number_of_sessions(many, django_assert_num_queries):
    cinema = hall("Europe/Berlin").cinema
    for number in range(many):
        session(hall=hall(cinema=cinema, name=f"Hall {number}"), start=berlin("2026-03-20 20:00"))

    with django_assert_num_queries(10):  # sessions, price lists, halls, conflicts, insert, history; two savepoints
        result = copy_day(cinema, day=date(2026, 3, 20), to=date(2026, 3, 21), at=AT)

    assert len(result.created) == many
