"""How the box office writes money, times and codes."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import segno
from django import template
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe

from cinema.money import format_money
from orders.models import Ticket
from orders.services import code_of
from screenings.models import Cinema

register = template.Library()


@register.filter
def money(amount: Decimal | None) -> str:
    return "" if amount is None else format_money(amount)


@register.filter
def clock_at(instant: datetime, cinema: Cinema) -> str:
    """The time of day in the cinema."""
    return f"{cinema.local(instant):%H:%M}"


@register.filter
def day_at(instant: datetime, cinema: Cinema) -> str:
    """The date in the cinema."""
    return date_format(cinema.local(instant), "SHORT_DATE_FORMAT")


@register.filter
def of(found: dict[Any, Any], key: Any) -> Any:
    return found.get(key)


@register.simple_tag
def ticket_qr(ticket: Ticket) -> SafeString:
    return qr(code_of(ticket))


@register.simple_tag
def ticket_tail(ticket: Ticket) -> str:
    """The last four characters of the ticket's code, by which a printed list of the door finds it."""
    return code_of(ticket)[-4:]


@register.filter
def qr(code: str) -> SafeString:
    drawing = segno.make_qr(code, error="m").svg_inline(border=2, light="#fff", dark="#000", omitsize=True)
    return mark_safe(drawing)  # noqa: S308 (drawn from our own code)
