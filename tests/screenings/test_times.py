from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from screenings.errors import AmbiguousTime, ImpossibleSession, NonexistentTime
from screenings.times import as_instant


def clock(text):
    return datetime.fromisoformat(text)


def instant(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "wall_clock", "expected"),
    [
        ("Europe/Berlin", "2026-07-01 20:00", "2026-07-01 18:00"),
        ("Europe/Berlin", "2026-03-29 01:59", "2026-03-29 00:59"),  # the last minute before the clocks go forward
        ("Europe/Berlin", "2026-03-29 03:00", "2026-03-29 01:00"),  # and the first one after
        ("America/New_York", "2026-03-08 03:00", "2026-03-08 07:00"),
        ("Africa/Cairo", "2026-04-24 01:00", "2026-04-23 22:00"),  # this day has no midnight
        ("Asia/Kathmandu", "2026-11-05 00:10", "2026-11-04 18:25"),
        ("Australia/Lord_Howe", "2026-10-04 02:30", "2026-10-03 15:30"),  # half an hour is skipped there
    ],
)
def test_a_local_time_is_converted_in_its_time_zone(zone, wall_clock, expected):
    assert as_instant(clock(wall_clock), ZoneInfo(zone)) == instant(expected)


@pytest.mark.parametrize(
    ("zone", "wall_clock"),
    [
        ("Europe/Berlin", "2026-03-29 02:00"),
        ("Europe/Berlin", "2026-03-29 02:59"),
        ("America/New_York", "2026-03-08 02:30"),
        ("Africa/Cairo", "2026-04-24 00:00"),
        ("Africa/Cairo", "2026-04-24 00:59"),
        ("Australia/Lord_Howe", "2026-10-04 02:15"),
    ],
)
@pytest.mark.parametrize("fold", [None, 0, 1])
def test_a_nonexistent_time_is_refused_whatever_the_fold(zone, wall_clock, fold):
    with pytest.raises(NonexistentTime):
        as_instant(clock(wall_clock), ZoneInfo(zone), fold=fold)


@pytest.mark.parametrize(
    ("zone", "wall_clock", "earlier", "later"),
    [
        ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25 00:30", "2026-10-25 01:30"),
        ("America/New_York", "2026-11-01 01:00", "2026-11-01 05:00", "2026-11-01 06:00"),
        ("Africa/Cairo", "2026-10-29 23:15", "2026-10-29 20:15", "2026-10-29 21:15"),
        ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 14:45", "2026-04-04 15:15"),
    ],
)
def test_an_ambiguous_time_is_refused_unless_fold_selects_one(zone, wall_clock, earlier, later):
    with pytest.raises(AmbiguousTime) as asked:
        as_instant(clock(wall_clock), ZoneInfo(zone))

    assert [choice.astimezone(UTC) for choice in asked.value.choices] == [instant(earlier), instant(later)]
    assert as_instant(clock(wall_clock), ZoneInfo(zone), fold=0) == instant(earlier)
    assert as_instant(clock(wall_clock), ZoneInfo(zone), fold=1) == instant(later)


@pytest.mark.parametrize("wall_clock", ["2026-10-25 01:59", "2026-10-25 03:00"])
def test_the_minutes_around_the_ambiguous_hour_are_not_ambiguous(wall_clock):
    berlin = ZoneInfo("Europe/Berlin")

    assert as_instant(clock(wall_clock), berlin, fold=0) == as_instant(clock(wall_clock), berlin, fold=1)


def test_a_zone_without_clock_changes_has_no_ambiguous_times():
    for month in range(1, 13):
        as_instant(datetime(2026, month, 28, 2, 30), ZoneInfo("Asia/Kathmandu"))  # noqa: DTZ001 (a clock on a wall)


def test_the_refusals_say_what_to_do():
    berlin = ZoneInfo("Europe/Berlin")

    with translation.override("en"):
        with pytest.raises(NonexistentTime) as skipped:
            as_instant(clock("2026-03-29 02:30"), berlin)
        with pytest.raises(AmbiguousTime) as asked:
            as_instant(clock("2026-10-25 02:30"), berlin)

    assert str(skipped.value) == (
        "There is no 29 Mar 2026 02:30 in the time zone Europe/Berlin: "
        "the clocks go forward at that moment. Choose an earlier or a later time."
    )
    assert str(asked.value) == (
        "25 Oct 2026 02:30 happens twice in the time zone Europe/Berlin because the clocks go back. "
        "Choose which one you mean: 02:30 UTC+0200 or 02:30 UTC+0100."
    )


def test_a_local_time_with_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="must not have a time zone"):
        as_instant(datetime(2026, 11, 5, 20, 0, tzinfo=UTC), ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("zone", "wall_clock"), [("Europe/Moscow", "0001-01-01 00:00"), ("America/New_York", "9999-12-31 23:00")]
)
def test_a_time_beyond_the_years_that_there_are_is_refused(zone, wall_clock):
    with pytest.raises(ImpossibleSession, match=f"The date {wall_clock[:10]} is not possible"):
        as_instant(clock(wall_clock), ZoneInfo(zone))
