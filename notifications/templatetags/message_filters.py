from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils.formats import date_format, get_format

from cinema.local_time import utc_offset_note
from cinema.money import format_money

register = template.Library()


@register.filter
def local_instant(iso: str) -> str:
    """An instant as its own clock shows it: "2026-11-23T19:00:00+03:00" is 19:00 wherever the server stands. Whose
    clock it is, is said where it is not the house's."""
    local = datetime.fromisoformat(iso)
    words, zone = date_format(local, get_format("DATETIME_FORMAT").removesuffix(" T")), utc_offset_note(local)
    return f"{words} ({zone})" if zone else words


@register.filter
def local_day(iso: str) -> str:
    """The day of an instant by its own clock."""
    day: date = datetime.fromisoformat(iso).date()
    return date_format(day, "DATE_FORMAT")


@register.filter
def money(amount: str) -> str:
    return format_money(Decimal(amount))


@register.filter
def is_something(amount: str) -> bool:
    """Whether the decimal string is more than nothing."""
    return Decimal(amount) > 0
