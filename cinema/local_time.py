"""Formats and checks times in a cinema's time zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext


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


def utc_offset_note(local: datetime) -> str:
    """The UTC offset such as “UTC+5” if it differs from that of the server's time zone, otherwise an empty string."""
    offset, usual = local.utcoffset(), timezone.localtime(local, timezone.get_default_timezone()).utcoffset()
    if offset is None or offset == usual:
        return ""
    return f"UTC{offset.total_seconds() / 3600:+.4g}"
