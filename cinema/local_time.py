"""Formats and checks times in a cinema's time zone, and says to which business day they belong."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy

NIGHT_ENDS = time(5)  # until then people say "Friday night"; by default, a cinema's business day ends then, too

#: By the weekday of the evening on which the night begins.
NIGHTS = [
    gettext_lazy("Monday night"),
    gettext_lazy("Tuesday night"),
    gettext_lazy("Wednesday night"),
    gettext_lazy("Thursday night"),
    gettext_lazy("Friday night"),
    gettext_lazy("Saturday night"),
    gettext_lazy("Sunday night"),
]


def is_valid_year(value: date) -> bool:
    """Whether the year is from 1901 to 8999. Outside, adding days or changing the time zone can overflow."""
    return 1900 < value.year < 9000


def validate_year(value: date) -> None:
    """A validator of date and datetime fields. Raises `ValidationError` unless `is_valid_year(value)`."""
    if not is_valid_year(value):
        raise ValidationError(gettext("Enter a year from 1901 to 8999."))


def format_local(instant: datetime | None, zone: ZoneInfo | None = None, *, named: bool = True, form: str = "") -> str:
    """A time such as `23 November 19:45`, in `zone` or else in the current time zone; “–” for None.

    It has the year unless that is the current one. A zone other than the installation's own is named, as in
    `19:45 UTC+5`, unless `named` is False. `form`, a format of Django's `date` filter, replaces the layout and has no
    zone unless it contains one.
    """
    if instant is None:
        return "–"
    local = timezone.localtime(instant, zone)
    if not form:
        form = "j E H:i" if local.year == timezone.localtime(None, zone).year else "j E Y H:i"
        return f"{date_format(local, form)} {utc_offset_note(local) if named else ''}".strip()
    return date_format(local, form)


def is_at_night(local: datetime, *, ends: time = NIGHT_ENDS) -> bool:
    """Whether this local time is after midnight and still belongs to the day before, which ends at `ends`."""
    return programme_day(local, ends=ends) < local.date()


def programme_day(local: datetime, *, ends: time = NIGHT_ENDS) -> date:
    """The business day of a local time, and the day of the programme: until `ends`, the day before.

    The days follow each other without a gap. When the clocks go back across `ends`, the day ends when they show it for
    the first time. When they skip it, the day ends at that moment. `day_starts` is the same rule the other way round.
    """
    day = local.date() - timedelta(days=local.time() < ends)
    following = day + timedelta(days=1)
    if (
        local.fold
        and isinstance(local.tzinfo, ZoneInfo)
        and day_starts(following, local.tzinfo, ends=ends) <= local.astimezone(UTC)
    ):
        return following  # the clock showed `ends` before it was put back
    return day


def day_starts(day: date, zone: ZoneInfo, *, ends: time = NIGHT_ENDS) -> datetime:
    """The first moment, in UTC, at which the clock of `zone` shows `ends` or later on this date.

    It is where the business day `day` begins and the one before it ends.
    """
    wall_clock = datetime.combine(day, ends)
    # The clock skips this time if its offset is smaller before the change (fold 0) than after it (fold 1).
    latest, earliest = (wall_clock.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if earliest >= latest:
        return latest
    while latest - earliest > timedelta(seconds=1):
        middle = earliest + (latest - earliest) // 2
        if middle.astimezone(zone).replace(tzinfo=None) < wall_clock:
            earliest = middle
        else:
            latest = middle
    return latest.replace(microsecond=0)  # the clocks change on a full second


def night_note(local: datetime) -> str:
    """The night to which a local time after midnight belongs, such as “Friday night”; otherwise an empty string."""
    return str(NIGHTS[programme_day(local).weekday()]) if is_at_night(local) else ""


def utc_offset_note(local: datetime) -> str:
    """The UTC offset such as “UTC+5” if it differs from that of the server's time zone, otherwise an empty string."""
    offset, usual = local.utcoffset(), timezone.localtime(local, timezone.get_default_timezone()).utcoffset()
    if offset is None or offset == usual:
        return ""
    return f"UTC{offset.total_seconds() / 3600:+.4g}"
