from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from cinema.local_time import format_local

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "zone", "written"),
    [
        ("en", "Europe/Moscow", "MSK"),
        ("ru", "Europe/Moscow", "МСК"),
        ("ru", "Asia/Yekaterinburg", "UTC+5"),
        ("en", "Asia/Kathmandu", "UTC+5:45"),
        ("en", "Atlantic/Azores", "UTC-1"),
        ("en", "Europe/Paris", "CET"),
    ],
)
def test_a_zone_is_written_as_people_know_it(language: str, zone: str, written: str) -> None:
    with translation.override(language):
        assert format_local(NOON, ZoneInfo(zone)).endswith(f" {written}")
