from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from screenings.announcements import announcements
from screenings.errors import AmbiguousTime, ImpossibleSession, MovedTooEarly, NonexistentTime
from screenings.models import Session
from screenings.services.time_zones import sessions_on_another_clock, shift_sessions, shifts_to_keep_the_clock
from tests.helpers.factories import NOON, a_cinema, a_hall, a_session

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def times(session):
    session.refresh_from_db()
    return session.start_datetime, session.end_datetime, session.free_from


def test_sessions_one_after_another_in_a_hall_move_together(django_assert_num_queries):
    hall = a_hall(a_cinema(time_zone="Europe/Moscow"))
    sessions = [a_session(hall, start=NOON + number * 3 * HOUR) for number in (8, 9, 10)]
    before = [times(session) for session in sessions]

    with transaction.atomic():
        shifts = shifts_to_keep_the_clock(hall.cinema, ZoneInfo("Asia/Yekaterinburg"), at=NOON)
        with django_assert_num_queries(6):
            shift_sessions(shifts, at=NOON)

    assert shifts == {session.pk: -2 * HOUR for session in sessions}
    assert [times(session) for session in sessions] == [tuple(time - 2 * HOUR for time in each) for each in before]


def test_past_cancelled_and_other_cinemas_sessions_stay():
    hall = a_hall(a_cinema(time_zone="Europe/Moscow"))
    past, cancelled = a_session(hall, start=NOON - 5 * HOUR), a_session(hall, start=NOON + 5 * HOUR)
    Session.objects.filter(pk=cancelled.pk).update(status=Session.Status.CANCELLED, cancelled_at=NOON)
    a_session(start=NOON + 5 * HOUR)

    with transaction.atomic():
        assert shifts_to_keep_the_clock(hall.cinema, ZoneInfo("Asia/Yekaterinburg"), at=NOON) == {}
    assert times(past)[0] == NOON - 5 * HOUR


@pytest.mark.parametrize(
    ("start", "error"),
    [("2027-03-28 02:30", NonexistentTime), ("2027-10-31 02:30", AmbiguousTime)],
)
def test_a_start_that_the_clocks_skip_or_repeat_is_refused(start, error):
    cinema = a_cinema(time_zone="Europe/Moscow")
    local = cinema.local(NOON).fromisoformat(start).replace(tzinfo=cinema.zone)
    a_session(a_hall(cinema), start=local)

    with pytest.raises(error), transaction.atomic():
        shifts_to_keep_the_clock(cinema, ZoneInfo("Europe/Berlin"), at=NOON)


def test_a_session_that_runs_now_is_not_overlapped():
    hall = a_hall(a_cinema(time_zone="Europe/Moscow"))
    a_session(hall, start=NOON - HOUR, minutes=160)
    a_session(hall, start=NOON + 3 * HOUR)

    with pytest.raises(ImpossibleSession, match="would overlap"), transaction.atomic():
        shifts_to_keep_the_clock(hall.cinema, ZoneInfo("Asia/Yekaterinburg"), at=NOON)


def test_the_move_is_recorded_as_any_change_of_a_start():
    session = a_session(a_hall(a_cinema(time_zone="Europe/Moscow")), start=NOON + 8 * HOUR)
    Session.history.all().delete()  # as of a session older than its history

    shift_sessions({session.pk: -2 * HOUR}, at=NOON)

    session.refresh_from_db()
    assert announcements([session])[session.pk].starts == [NOON + 8 * HOUR, NOON + 6 * HOUR]
    records = Session.history.filter(id=session.pk).order_by("history_id")
    assert [each.start_datetime for each in records] == [NOON + 8 * HOUR, NOON + 6 * HOUR]


def test_only_sessions_whose_offset_differs_are_on_another_clock():
    cinema = a_cinema(time_zone="Europe/London")
    winter = a_session(a_hall(cinema), start=NOON.replace(2027, 1, 10))
    summer = a_session(a_hall(cinema), start=NOON.replace(2027, 7, 10))

    assert sessions_on_another_clock(cinema, ZoneInfo("Africa/Lagos"), at=NOON) == [winter.pk]
    assert summer.pk in sessions_on_another_clock(cinema, ZoneInfo("UTC"), at=NOON)


def test_sessions_that_would_overlap_are_refused():
    cinema = a_cinema(time_zone="Europe/Moscow")
    hall = a_hall(cinema)
    midnight = cinema.local(NOON).replace(2027, 3, 28, 0, 0)
    first = a_session(hall, start=midnight, minutes=140)  # until 2:30 with adverts, then cleaning
    a_session(hall, start=first.free_from + timedelta(minutes=20))

    with pytest.raises(ImpossibleSession, match="would overlap"), transaction.atomic():
        shifts_to_keep_the_clock(cinema, ZoneInfo("Europe/Berlin"), at=NOON)


@pytest.mark.parametrize("minutes", [0, 1])
def test_a_session_that_would_have_started_already_is_refused_by_name(minutes):
    hall = a_hall(a_cinema(time_zone="Europe/Moscow"))
    near = a_session(hall, start=NOON + 2 * HOUR - timedelta(minutes=minutes))
    a_session(hall, start=NOON + 24 * HOUR)
    refusal = "would have started already: .*5 Nov 2026 1[67]:.*Change the time zone when they are over"

    with pytest.raises(MovedTooEarly, match=refusal) as refused, transaction.atomic():
        shifts_to_keep_the_clock(hall.cinema, ZoneInfo("Asia/Yekaterinburg"), at=NOON)

    assert refused.value.sessions == [near]


def test_a_session_that_starts_a_minute_from_now_in_the_new_zone_is_moved():
    session = a_session(a_hall(a_cinema(time_zone="Europe/Moscow")), start=NOON + 2 * HOUR + timedelta(minutes=1))

    with transaction.atomic():
        shifts = shifts_to_keep_the_clock(session.hall.cinema, ZoneInfo("Asia/Yekaterinburg"), at=NOON)

    assert shifts == {session.pk: -2 * HOUR}


def test_a_refusal_names_ten_sessions_and_counts_the_others():
    hall = a_hall(a_cinema(time_zone="Europe/Moscow"))
    for number in range(12):
        a_session(hall, start=NOON + (1 + number * 40) * timedelta(minutes=1), minutes=5)

    with pytest.raises(MovedTooEarly, match="and 2 more") as refused, transaction.atomic():
        shifts_to_keep_the_clock(hall.cinema, ZoneInfo("Asia/Kamchatka"), at=NOON)

    assert str(refused.value).count("Solaris") == 10
