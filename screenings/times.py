"""From what a clock on the wall shows to an instant."""

from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from screenings.errors import AmbiguousTime, NonexistentTime


def as_instant(wall_clock: datetime, zone: ZoneInfo, *, fold: Literal[0, 1] | None = None) -> datetime:
    """The instant, in UTC, at which the clocks of `zone` show `wall_clock`, which has no zone of its own.

    A time that the clocks skip is refused with `NonexistentTime`. One that they show twice is refused with
    `AmbiguousTime`, which holds both, unless `fold` says which is meant: 0 the earlier, 1 the later.
    """
    if wall_clock.tzinfo is not None:
        raise ValueError("A wall clock shows no zone: pass the time without one.")
    earlier, later = (wall_clock.replace(tzinfo=zone, fold=which) for which in (0, 1))
    if not _is_shown(earlier):
        raise NonexistentTime(wall_clock, zone)
    # Two datetimes of one zone compare by their clocks alone: it is the offset that tells them apart.
    if fold is None and earlier.utcoffset() != later.utcoffset():
        raise AmbiguousTime(wall_clock, zone, [earlier, later])
    return (later if fold else earlier).astimezone(UTC)


def _is_shown(time: datetime) -> bool:
    """Whether the clocks of its zone ever show this time: one that they skip comes back from UTC as another."""
    return time.astimezone(UTC).astimezone(time.tzinfo).replace(tzinfo=None) == time.replace(tzinfo=None)
