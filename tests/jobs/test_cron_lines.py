from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from cinema.job_schedule import SCHEDULE, minutes
from jobs.cron_lines import cron_line, machine_zone

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    ("zone", "cron_zone", "line"),
    [
        ("Europe/Moscow", "Europe/Moscow", "10 3 * * *"),
        ("Europe/Moscow", "UTC", "10 0 * * *"),
        ("Asia/Vladivostok", "UTC", "10 17 * * *"),  # of the day before
        ("UTC", "Asia/Kolkata", "40 8 * * *"),
        ("Europe/Berlin", "UTC", "10 1,2 * * *"),  # winter and summer: the second pass finds nothing to do
        ("Europe/Berlin", "Europe/Paris", "10 3 * * *"),  # two zones with the same clocks
        ("America/New_York", "Europe/London", "10 7,8 * * *"),  # their clocks change on different days
    ],
)
def test_a_daily_job_is_written_in_the_hours_of_cron(zone, cron_zone, line):
    when = SCHEDULE["expire_bonus_points"]

    assert cron_line(when, zone=ZoneInfo(zone), cron_zone=ZoneInfo(cron_zone), year=2026) == line


def test_an_interval_is_the_same_in_every_zone():
    assert cron_line(minutes(15), zone=MOSCOW, cron_zone=UTC, year=2026) == "*/15 * * * *"


def test_the_zone_of_the_machine_has_a_name():
    assert str(machine_zone())
