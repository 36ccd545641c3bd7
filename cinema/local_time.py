"""Times as the clocks of a cinema show them."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext


def is_valid_year(value: date) -> bool:
    """Whether a day or instant has neighbours, by any clocks: the first and the last years of the calendar have not."""
    return 1900 < value.year < 9000


def validate_year(value: date) -> None:
    """For a form's day or instant: see above."""
    if not is_valid_year(value):
        raise ValidationError(gettext("Enter a year from 1901 to 8999."))


def add_time_zone_hint(field: Any) -> None:
    """Let a form's field say by whose clocks it takes times: those that are in force."""
    said = gettext("Time zone: %(zone)s.") % {"zone": timezone.get_current_timezone()}
    field.help_text = f"{field.help_text} {said}".strip()


def format_local(instant: datetime | None, zone: ZoneInfo | None = None, *, named: bool = True, form: str = "") -> str:
    """An instant for people, such as `23 November 19:45`, with the year unless it is this one; in the zone that is in
    force unless another is given. Where that is not the installation's own zone, and unless not `named`, it is said:
    `19:45 UTC+5`. `form` is another layout.
    """
    if instant is None:
        return "–"
    local = timezone.localtime(instant, zone)
    if not form:
        form = "j E H:i" if local.year == timezone.localtime(None, zone).year else "j E Y H:i"
        return f"{date_format(local, form)} {utc_offset_note(local) if named else ''}".strip()
    return date_format(local, form)


def utc_offset_note(local: datetime) -> str:
    """The zone of a local time where it is not that of the house: “UTC+5”. Otherwise nothing needs to be said."""
    offset, usual = local.utcoffset(), timezone.localtime(local, timezone.get_default_timezone()).utcoffset()
    if offset is None or offset == usual:
        return ""
    return f"UTC{offset.total_seconds() / 3600:+.4g}"


def with_other_zone(shown: str) -> str:
    """An instant as Django shows it in the zone that is in force, `5 November 2026 09:30 +05`, with that zone as
    `utc_offset_note` says it. Any other text as it is."""
    words, _space, name = shown.rpartition(" ")
    here, usual = timezone.get_current_timezone(), timezone.get_default_timezone()
    if not words or not (name.isupper() or name[0] in "+-"):
        return shown
    if str(here) == str(usual):
        return words
    return f"{words} UTC{int(name[:3]):+d}" if name[0] in "+-" and len(name) == 3 else shown
