from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _

from cinema.local_time import night_note, utc_offset_note
from cinema.money import format_money
from cinema.typography import with_inner_quotes
from house_rules.languages import language_name, month_day

register = template.Library()

register.filter("inner_quotes", with_inner_quotes)


@register.filter
def local_instant(iso: str) -> str:
    """An instant in its own time zone: "2026-11-23T19:00:00+03:00" is `23 November, 19:00` on any server.

    The UTC offset is added where it differs from the server's. Used for starts, so a time after midnight says to which
    night it belongs.
    """
    local = datetime.fromisoformat(iso)
    night = f" ({note})" if (note := night_note(local)) else ""
    return f"{month_day(local)}, {_clock(local)}{night}"


@register.filter
def time_and_day(iso: str) -> str:
    """As `local_instant`, for use within a sentence: `19:00 on 23 November`."""
    local = datetime.fromisoformat(iso)
    return _("%(time)s on %(day)s") % {"time": _clock(local), "day": month_day(local)}


@register.filter
def local_day(iso: str) -> str:
    """The date of an instant in its own time zone: `23 November 2026`."""
    day: date = datetime.fromisoformat(iso).date()
    return f"{month_day(day)} {day.year}"


@register.filter
def headline(showings: Sequence[Mapping[str, Any]]) -> str:
    """The screenings of an order for a subject line: the first one, and whether there are more."""
    first = showings[0]
    details = {"film": with_inner_quotes(first["film"]), "starts": local_instant(first["starts"])}
    if len(showings) > 1:
        return _("“%(film)s”, %(starts)s, and more") % details
    return _("“%(film)s”, %(starts)s") % details


@register.filter
def rated(rating: str | None) -> str:
    """The age mark after a film's title: ` 16+`. Empty where a context was stored without it."""
    return f"\N{NO-BREAK SPACE}{rating}" if rating else ""


@register.filter
def version(facts: Sequence[str]) -> str:
    """Format, language and subtitles of a screening: `3D, English, subtitles: Russian`."""
    form, language, subtitles = facts
    words = [form, language_name(language)]
    if subtitles:
        words.append(_("subtitles: %(language)s") % {"language": language_name(subtitles)})
    return ", ".join(words)


@register.filter
def money(amount: str) -> str:
    return format_money(Decimal(amount))


@register.filter
def is_something(amount: str | None) -> bool:
    """Whether the decimal string is greater than 0; a context that was stored without it has none."""
    return bool(amount) and Decimal(amount or 0) > 0


def _clock(local: datetime) -> str:
    zone = utc_offset_note(local)
    return f"{local:%H:%M} ({zone})" if zone else f"{local:%H:%M}"
