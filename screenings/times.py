"""Converts local times to instants."""

from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from screenings.errors import AmbiguousTime, ImpossibleSession, NonexistentTime


def as_instant(wall_clock: datetime, zone: ZoneInfo, *, fold: Literal[0, 1] | None = None) -> datetime:
    """Convert the naive local time `wall_clock` in `zone` to an instant in UTC.

    Raises `NonexistentTime` for a time skipped when the clocks go forward, and `AmbiguousTime`, which holds both
    instants, for one that occurs twice, unless `fold` selects one: 0 the earlier, 1 the later. Raises
    `ImpossibleSession` for a time that in UTC is before the year 1 or after 9999.
    """
    if wall_clock.tzinfo is not None:
        raise ValueError("wall_clock must not have a time zone.")
    try:
        return _converted(wall_clock, zone, fold)
    except OverflowError:
        raise ImpossibleSession(
            _("The date %(date)s is not possible. Check the year.") % {"date": wall_clock.date()}
        ) from None


def _converted(wall_clock: datetime, zone: ZoneInfo, fold: Literal[0, 1] | None) -> datetime:
    earlier, later = (wall_clock.replace(tzinfo=zone, fold=which) for which in (0, 1))
    if not _exists(earlier):
        raise NonexistentTime(wall_clock, zone)
    # Datetimes in the same zone compare by local time only, so compare the offsets.
    if fold is None and earlier.utcoffset() != later.utcoffset():
        raise AmbiguousTime(wall_clock, zone, [earlier, later])
    return (later if fold else earlier).astimezone(UTC)


def _exists(time: datetime) -> bool:
    """Whether this local time exists: one that the clocks skip changes when converted to UTC and back."""
    return time.astimezone(UTC).astimezone(time.tzinfo).replace(tzinfo=None) == time.replace(tzinfo=None)
