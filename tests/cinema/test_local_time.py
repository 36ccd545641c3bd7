"""Times in a cinema's zone."""

from datetime import date, datetime

import pytest
from django.utils import translation

from cinema.local_time import NIGHTS, night_note, programme_day


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
