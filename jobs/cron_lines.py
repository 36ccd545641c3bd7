"""The times of the crontab: those of the schedule, in the time zone in which cron runs. The settings read them."""

from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from cinema.job_schedule import Daily, Every


def cron_line(when: Every | Daily, *, zone: tzinfo, cron_zone: tzinfo, year: int) -> str:
    """The five fields of the crontab for a cron that runs in `cron_zone`; the schedule is in `zone`.

    Debian's cron ignores CRON_TZ, so the time of a daily job is converted. Where the difference of the zones changes
    within the year, the line names the time under each difference: the job runs twice a day, and its second pass finds
    nothing to do. So the line need not change with the clocks.
    """
    if isinstance(when, Every):
        return when.cron
    times = {_moved(when.at, by) for by in _differences(zone, cron_zone, year)}
    minute, hour = (",".join(map(str, sorted(set(part)))) for part in zip(*times, strict=True))
    return f"{minute} {hour} * * *"


def machine_zone() -> tzinfo:
    """The time zone of this machine, in which its cron runs. Without one, UTC.

    Not that of this process: Django sets the environment variable TZ to `TIME_ZONE`.
    """
    try:
        with Path("/etc/localtime").open("rb") as file:
            return ZoneInfo.from_file(file, key=_zone_name())
    except (OSError, ValueError):
        return UTC


def _zone_name() -> str:
    """The name of the machine's zone, such as Europe/Moscow; where it is not known, the path of the file."""
    return str(Path("/etc/localtime").resolve()).rpartition("zoneinfo/")[2]


@cache
def _differences(zone: tzinfo, other: tzinfo, year: int) -> set[timedelta]:
    """By how much the clocks of `other` are ahead of those of `zone` on the days of a year."""
    first = datetime(year, 1, 1, tzinfo=UTC)
    days = (first + timedelta(days=number) for number in range(366))
    return {_offset(day, other) - _offset(day, zone) for day in days}


def _offset(instant: datetime, zone: tzinfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _moved(at: time, by: timedelta) -> tuple[int, int]:
    moved = datetime.combine(datetime(2000, 1, 2, tzinfo=UTC), at) + by
    return moved.minute, moved.hour
