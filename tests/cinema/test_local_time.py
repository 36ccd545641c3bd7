"""Times in a cinema's zone."""

from datetime import UTC, date, datetime
from datetime import time as clock
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from cinema.local_time import NIGHTS, is_at_night, night_note, programme_day


@pytest.mark.parametrize(
    ("local", "day", "note"),
    [
        ("2026-11-06T23:59", 6, ""),
        ("2026-11-07T00:00", 6, "Friday night"),
        ("2026-11-07T04:59", 6, "Friday night"),
        ("2026-11-07T05:00", 7, ""),
        ("2026-11-08T00:20", 7, "Saturday night"),
    ],
)
def test_the_hours_after_midnight_belong_to_the_evening_before(local: str, day: int, note: str) -> None:
    time = datetime.fromisoformat(local)

    assert programme_day(time) == date(2026, 11, day)
    assert night_note(time) == note


def test_each_night_has_its_name_in_both_languages() -> None:
    for language, first, last in [
        ("en", "Monday night", "Sunday night"),
        ("ru", "в ночь с понедельника на вторник", "в ночь с воскресенья на понедельник"),
    ]:
        with translation.override(language):
            assert [str(NIGHTS[0]), str(NIGHTS[6])] == [first, last]
    assert len({str(each) for each in NIGHTS}) == 7


@pytest.mark.parametrize(
    ("ends", "listed"),
    [(clock(0), [7, 7, 7]), (clock(4), [6, 7, 7]), (clock(5), [6, 6, 7]), (clock(9), [6, 6, 6])],
)
def test_the_end_of_the_day_is_the_choice_of_the_cinema(ends: clock, listed: list[int]) -> None:
    times = [datetime(2026, 11, 7, hour, tzinfo=UTC) for hour in (3, 4, 5)]

    assert [programme_day(time, ends=ends).day for time in times] == listed
    assert [is_at_night(time, ends=ends) for time in times] == [day == 6 for day in listed]


def test_the_second_showing_of_a_repeated_hour_stays_in_the_day_that_has_begun() -> None:
    first = datetime(2026, 10, 25, 2, 40, tzinfo=ZoneInfo("Europe/Berlin"))
    second = datetime(2026, 10, 25, 2, 10, tzinfo=ZoneInfo("Europe/Berlin"), fold=1)

    assert [programme_day(time, ends=clock(2, 30)).day for time in (first, second)] == [25, 25]
    assert [programme_day(time, ends=clock(3)).day for time in (first, second)] == [24, 24]
