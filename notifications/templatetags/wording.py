from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils.formats import date_format, get_format

from cinema.money import in_words

register = template.Library()


@register.filter
def local_instant(iso: str) -> str:
    """An instant as its own clock shows it: "2026-11-23T19:00:00+03:00" is 19:00 wherever the server stands."""
    form = get_format("DATETIME_FORMAT").removesuffix(" T")  # whose clock it is, is clear
    return date_format(datetime.fromisoformat(iso), form)


@register.filter
def local_day(iso: str) -> str:
    """The day of an instant by its own clock."""
    day: date = datetime.fromisoformat(iso).date()
    return date_format(day, "DATE_FORMAT")


@register.filter
def money(amount: str) -> str:
    return in_words(Decimal(amount))


@register.filter
def is_something(amount: str) -> bool:
    """Whether the decimal string is more than nothing."""
    return Decimal(amount) > 0
