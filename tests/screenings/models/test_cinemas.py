from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from screenings.models import Cinema
from tests.helpers import factories

HOUR = timedelta(hours=1)


def a_cinema(zone: str, ends: str = "05:00") -> Cinema:
    return Cinema(name="Aurora", time_zone=zone, day_ends_at=time.fromisoformat(ends))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock_time", "day"),
    [
        ("2026-11-07T00:30", "2026-11-06"),
        ("2026-11-07T04:59:59.999999", "2026-11-06"),
        ("2026-11-07T05:00", "2026-11-07"),
        ("2026-11-07T23:59", "2026-11-07"),
        ("2027-01-01T04:59", "2026-12-31"),
        ("2028-02-29T04:59", "2028-02-28"),
        ("2028-03-01T04:59", "2028-02-29"),
        ("2028-03-01T05:00", "2028-03-01"),
    ],
)
@pytest.mark.parametrize("zone", ["Europe/Moscow", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_until_five_in_the_morning_it_is_the_business_day_before(zone: str, clock_time: str, day: str) -> None:
    cinema = a_cinema(zone)
    instant = datetime.fromisoformat(clock_time).replace(tzinfo=cinema.zone).astimezone(UTC)
    start, end = cinema.day_bounds(date.fromisoformat(day))

    assert cinema.business_date(instant) == date.fromisoformat(day)
    assert start <= instant < end
    assert end - start == 24 * HOUR


def test_a_cinema_whose_day_ends_at_midnight_has_calendar_days() -> None:
    cinema = a_cinema("Europe/Moscow", "00:00")

    assert cinema.business_date(utc("2026-11-06T21:30")) == date(2026, 11, 7)  # 00:30 in Moscow
    assert cinema.day_bounds(date(2026, 11, 7)) == (utc("2026-11-06T21:00"), utc("2026-11-07T21:00"))


@pytest.mark.parametrize(
    ("zone", "ends", "night", "start", "hours"),
    [
        # An hour more or less before the day ends.
        ("Europe/Berlin", "05:00", "2026-03-29", "2026-03-29T03:00", 23),
        ("Europe/Berlin", "05:00", "2026-10-25", "2026-10-25T04:00", 25),
        ("Australia/Lord_Howe", "05:00", "2026-10-04", "2026-10-03T18:00", 23.5),
        ("Australia/Lord_Howe", "05:00", "2026-04-05", "2026-04-04T18:30", 24.5),
        # The clocks skip the end of the day: it ends as they go forward. 02:00 and 02:30 do not exist.
        ("Europe/Berlin", "02:00", "2026-03-29", "2026-03-29T01:00", 24),
        ("Europe/Berlin", "02:30", "2026-03-29", "2026-03-29T01:00", 23.5),
        ("Europe/Berlin", "03:00", "2026-03-29", "2026-03-29T01:00", 23),
        ("Australia/Lord_Howe", "02:15", "2026-10-04", "2026-10-03T15:30", 23.75),
        ("America/Santiago", "00:00", "2026-09-06", "2026-09-06T04:00", 24),
        ("Antarctica/Troll", "02:00", "2026-03-29", "2026-03-29T01:00", 23),  # 01:00 becomes 03:00
        # The clocks show the end of the day twice: it ends the first time.
        ("Europe/Berlin", "02:00", "2026-10-25", "2026-10-25T00:00", 24),
        ("Europe/Berlin", "02:30", "2026-10-25", "2026-10-25T00:30", 24),
        ("Europe/Berlin", "03:00", "2026-10-25", "2026-10-25T02:00", 25),
        ("Australia/Lord_Howe", "01:45", "2026-04-05", "2026-04-04T14:45", 24),
        ("America/Havana", "00:00", "2026-11-01", "2026-11-01T04:00", 24),
        # The change falls on 05:00 itself, which is skipped or repeated.
        ("Asia/Baku", "05:00", "1996-03-31", "1996-03-31T01:00", 24),
        ("Asia/Baku", "05:00", "1996-10-27", "1996-10-27T00:00", 24),
        ("Asia/Baku", "05:00", "2015-03-29", "2015-03-29T00:00", 23),
        ("Asia/Baku", "05:00", "2015-10-25", "2015-10-25T01:00", 25),
        ("Antarctica/Casey", "05:00", "2018-10-07", "2018-10-06T20:00", 23),  # 04:00 becomes 07:00
        ("Asia/Pyongyang", "00:00", "2018-05-05", "2018-05-04T15:00", 23.5),
    ],
)
def test_a_day_ends_when_the_clock_first_shows_its_end_or_later(
    zone: str, ends: str, night: str, start: str, hours: float
) -> None:
    cinema = a_cinema(zone, ends)
    day = date.fromisoformat(night)
    before = day - timedelta(days=1)
    starts = utc(start)

    assert cinema.day_bounds(day)[0] == starts
    assert cinema.day_bounds(before) == (starts - hours * HOUR, starts)
    assert cinema.business_date(starts) == day
    assert cinema.business_date(starts - timedelta(microseconds=1)) == before


@pytest.mark.parametrize("ends", ["00:00", "02:30", "05:00"])
@pytest.mark.parametrize(
    "zone",
    [
        "Africa/Casablanca",
        "America/Havana",
        "America/Nuuk",
        "America/Santiago",
        "America/St_Johns",
        "Antarctica/Casey",
        "Antarctica/Troll",
        "Asia/Baku",
        "Asia/Beirut",
        "Asia/Kathmandu",
        "Asia/Pyongyang",
        "Atlantic/Azores",
        "Australia/Lord_Howe",
        "Europe/Berlin",
        "Pacific/Apia",
    ],
)
@pytest.mark.parametrize("year", [1996, 2011, 2018, 2026])
def test_the_business_days_of_a_year_follow_each_other_without_a_gap(zone: str, ends: str, year: int) -> None:
    cinema = a_cinema(zone, ends)
    day = cinema.business_date(utc(f"{year}-01-01"))
    start, end = cinema.day_bounds(day)

    while start < utc(f"{year + 1}-01-01"):
        for instant in (start, start + (end - start) / 2, end - timedelta(microseconds=1)):
            assert cinema.business_date(instant) == day, instant
        assert start < end
        following = cinema.business_date(end)
        assert following > day
        assert cinema.day_bounds(following)[0] == end
        day, (start, end) = following, cinema.day_bounds(following)


def test_the_week_starts_on_the_day_that_the_cinema_chose() -> None:
    thursday, sunday, wednesday = date(2026, 11, 5), date(2026, 11, 8), date(2026, 11, 11)
    cinema = a_cinema("Europe/Moscow")

    assert {cinema.week_of(day) for day in (thursday, sunday, wednesday)} == {thursday}
    assert cinema.week_of(date(2026, 11, 12)) == date(2026, 11, 12)
    cinema.week_starts_on = 6
    assert cinema.week_of(sunday) == sunday
    assert cinema.week_of(thursday) == date(2026, 11, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong", [{"day_ends_at": time(9, 1)}, {"day_ends_at": time(23)}, {"week_starts_on": 7}], ids=str
)
def test_a_day_ends_until_nine_and_a_week_has_seven_days(wrong: dict[str, object]) -> None:
    cinema = factories.a_cinema()

    with pytest.raises(ValidationError):
        Cinema(name="Aurora", **wrong).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        Cinema.objects.filter(pk=cinema.pk).update(**wrong)

    cinema.refresh_from_db()
    assert (cinema.day_ends_at, cinema.week_starts_on) == (time(5), 3)


@pytest.mark.django_db
def test_both_fields_have_a_history() -> None:
    cinema = factories.a_cinema()

    cinema.day_ends_at, cinema.week_starts_on = time(6), 0
    cinema.save()

    assert list(cinema.history.values_list("day_ends_at", "week_starts_on")) == [(time(6), 0), (time(5), 3)]
