"""Template tags of the shop: money, times, durations, the seat map and lists of showings."""

import json
import re
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import segno
from django import template
from django.urls import get_script_prefix, reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cinema.local_time import night_note
from cinema.money import currency_sign, format_money
from cinema.typography import with_inner_quotes
from house_rules.languages import month_day
from screenings.hall_layout import HallLayout, SeatInRow, SeatRow
from screenings.models import Film, Seat, SeatKind
from screenings.seat_rules import love_seat_halves
from storefront.services.minor_units import minor_units
from storefront.services.programme import AtCinema, Showing, duration
from storefront.templatetags.pictures import TILE, picture

register = template.Library()

DISABLED, CHECKED = SafeString(" disabled"), SafeString(" checked")
PLACES = {False: '<i class="gap"></i>', True: '<i class="gap stairs"></i>'}  # without a seat

register.filter("money", format_money)
register.simple_tag(currency_sign)
register.filter("inner_quotes", with_inner_quotes)
register.filter("duration", duration)
register.filter("date_of", month_day)  # `24 November`, within a sentence


@register.filter
def twice(price: Decimal) -> Decimal:
    return 2 * price


@register.filter
def clock(local: datetime) -> str:
    return f"{local:%H:%M}"


@register.filter
def in_zone(time: str, zone: str) -> str:
    """`21:10 (UTC+5)` where the zone has to be named."""
    return f"{time} ({zone})" if zone else time


@register.filter
def day(local: date | datetime) -> str:
    """`Tuesday, 24 November`."""
    return f"{date_format(local, 'l')}, {month_day(local)}"


@register.filter
def night(local: datetime) -> str:
    """` (Friday night)` after a time past midnight, whose date is easily taken for the evening after it."""
    return f" ({note})" if (note := night_note(local)) else ""


@register.filter
def date_with_year(local: date | datetime) -> str:
    """`24 November 2026`."""
    return f"{month_day(local)} {local.year}"


@register.filter
def of(table: dict[Any, Any], key: Any) -> Any:
    return table.get(key, "")


@register.simple_tag
def qr(code: str) -> SafeString:
    """The QR code as SVG; black on white whatever the page's colours."""
    drawing = segno.make_qr(code, error="m").svg_inline(border=4, light="#fff", dark="#000", omitsize=True)
    return SafeString(drawing)  # the library produces only SVG shapes and numbers


@register.simple_tag
def card(film: Film) -> SafeString:
    """The poster of a film that has one and that `with_pictures` has looked up, beside its title.

    Without one, a title card in one of eight styles; always the same for a film. Its font size depends on the longest
    word, since browsers hyphenate few languages.
    """
    if film.poster is not None:
        return format_html('<span class="card">{}</span>', picture(film.poster, sizes=TILE))
    longest = max(map(len, re.split(r"[\s-]", film.shown.title)))
    fits = next((f" words{length}" for length in (13, 11, 9) if longest >= length), "")
    return format_html(
        '<span class="card look{}{}" aria-hidden="true"><span class="card-title">{}</span>'
        '<span class="card-mark">{}</span></span>',
        film.pk % 8,
        fits,
        film.shown.title,
        film.age_rating,
    )


@register.simple_tag
def showings(cinemas: list[AtCinema], *, named: bool = True, heading: str = "h4", brief: bool = False) -> SafeString:
    """Links to sessions by cinema, `brief` for a whole week. Built in Python, not in a template: there are hundreds."""
    time = _brief_time if brief else _time
    return format_html_join("", '<div class="at">{}<ul class="times">{}</ul></div>', (
        (
            _heading(heading, each.cinema.shown.name, each.cinema.shown.city) if named else "",
            SafeString("".join(map(time, each.showings))),
        )
        for each in cinemas
    ))  # fmt: skip


@lru_cache(maxsize=1024)
def _heading(tag: str, name: str, city: str) -> SafeString:
    return format_html("<{0}>{1} <small>{2}</small></{0}>", tag, name, city)


def _brief_time(showing: Showing) -> SafeString:
    """The time, what is out of the ordinary, and the price."""
    session = showing.session
    facts = "" if session.format == "2D" else f" {session.format}"
    shape = '<li><a class="time{}" href="{}"><b>{}</b>{} <em>{}</em></a></li>'
    page = _page_of(session.pk, get_script_prefix())
    return format_html(shape, _gone(showing), page, showing.time, facts, _showing_note(showing))


def _time(showing: Showing) -> SafeString:
    night = format_html("<i>{}</i>", showing.night) if showing.night else ""
    shape = '<li><a class="time{}" href="{}"><b>{}</b>{}<i>{}</i><em>{}</em></a></li>'
    page = _page_of(showing.session.pk, get_script_prefix())
    return format_html(shape, _gone(showing), page, showing.time, night, showing.facts, _showing_note(showing))


def _gone(showing: Showing) -> str:
    """The page of a showing that is sold out has its waiting list, so that it is a link too."""
    return " gone" if showing.seats.sold_out else ""


@lru_cache(maxsize=8192)  # a week has hundreds of sessions, and to reverse an address takes longer than to write it
def _page_of(session: int, _prefix: str) -> SafeString:
    return SafeString(reverse("shop:session", args=[session]))


def _showing_note(showing: Showing) -> str:
    """The most important note about a showing: sold out, few seats left, or else its price."""
    seats = showing.seats
    if seats.sold_out:
        return _("Sold out")
    if seats.only_wheelchairs:
        return _("Wheelchair spaces only")
    if showing.soon:
        return _("Starts soon")
    if seats.few:
        return ngettext("%(left)d seat left", "%(left)d seats left", seats.free) % {"left": seats.free}
    return format_money(showing.price)


@register.simple_tag
def seat_plan(layout: HallLayout) -> SafeString:
    """The hall as rows of check boxes, which work without a script; a script adds arrow keys and live
    updates. Built in Python, not in a template: a hall has hundreds of seats, so each has as few characters as it can.
    """
    halves = _halves(layout.rows)
    prices = {
        price: "" if price is None else format_money(price) for price in {each.mark.price for each in layout.seats}
    }
    words = {
        "row": _("row"),
        "seat": _("seat"),
        "taken": _("taken"),
        "facts": {
            (kind.kind, price): ", ".join(filter(None, [kind.label, text]))
            for kind in layout.kinds
            for price, text in prices.items()
        },
        "with": _("sold together with seat %(number)s"),
        "curved": bool(layout.curve),
        "kind_prices": {kind.kind: kind.price for kind in layout.kinds},
    }
    return format_html_join("\n", "{}", ((_row(row, halves, words),) for row in layout.rows))


@register.filter
def prices_for_script(layout: HallLayout) -> str:
    """The price of each kind of seat in minor units, by its CSS class; that of a standard seat by an empty text."""
    return json.dumps({
        "" if kind.kind == SeatKind.STANDARD else kind.kind.lower(): minor_units(kind.price)
        for kind in layout.kinds
        if kind.price is not None
    })  # fmt: skip


@register.simple_tag
def seat_list(rows: list[SeatRow]) -> SafeString:
    """The same hall as a list, row by row."""
    kinds = {kind.value: f" · {kind.label}" if kind != SeatKind.STANDARD else "" for kind in SeatKind}
    halves = _halves(rows)
    return format_html_join(
        "\n",
        '<fieldset class="list"><legend>{} <small>{}</small></legend><ul>{}</ul></fieldset>',
        (
            (
                _("Row %(row)s") % {"row": row.number},
                _("%(free)s free") % {"free": row.free},
                format_html_join(
                    "", "<li>{}</li>", ((_seat_list_item(placed, kinds, halves),) for placed in row.seats)
                ),
            )
            for row in rows
        ),
    )


def _halves(rows: list[SeatRow]) -> dict[int, Seat]:
    return love_seat_halves(placed.seat for row in rows for placed in row.seats)


def _seat_list_item(placed: SeatInRow, kinds: dict[str, str], halves: dict[int, Seat]) -> SafeString:
    name, half = _("Seat %(number)s") % {"number": placed.seat.number}, halves.get(placed.seat.pk)
    if placed.mark.is_taken:
        return format_html('<span class="gone">{} · {}</span>', name, _("taken"))
    return format_html(
        '<label><input type="checkbox" name="seat" value="{}"{}> {}{} · {}{}</label>',
        placed.seat.pk,
        CHECKED if placed.mark.is_chosen else "",
        name,
        kinds[placed.seat.kind],
        _price(placed),
        f" · {_('sold together with seat %(number)s') % {'number': half.number}}" if half else "",
    )


def _price(placed: SeatInRow) -> str:
    return "" if placed.mark.price is None else format_money(placed.mark.price)


def _row(row: SeatRow, halves: dict[int, Seat], words: dict[str, Any]) -> SafeString:
    """A row, whose name tells what most of its seats are: these have only their number."""
    usual, _count = Counter(_facts(placed, words) for placed in row.seats).most_common(1)[0]
    return format_html(
        '<div class="row{4}" role="group" aria-label="{0} {1}, {2}">'
        '<span class="no{6}" aria-hidden="true">{1}</span>{3}{5}'
        '<span class="no{7}" aria-hidden="true">{1}</span></div>',
        words["row"],
        row.number,
        usual,
        format_html_join(
            "", "{}", ((_seat(placed, halves.get(placed.seat.pk), usual, words),) for placed in row.seats)
        ),
        " far" if row.aisle else "",
        _empty(row.after),
        *(f" at{end.seat.across}" if words["curved"] else "" for end in (row.first, row.last)),
    )


def _empty(places: tuple[bool, ...]) -> SafeString:
    return SafeString("".join(PLACES[each] for each in places))


def _facts(placed: SeatInRow, words: dict[str, Any]) -> str:
    """The kind of a seat and its price."""
    facts: str = words["facts"][placed.seat.kind, placed.mark.price]
    return facts


def _seat(placed: SeatInRow, half: Seat | None, usual: str, words: dict[str, Any]) -> SafeString:
    seat, mark, facts = placed.seat, placed.mark, _facts(placed, words)
    label = ""
    if facts != usual or half:
        together = words["with"] % {"number": half.number} if half else ""
        told = [f"{words['seat']} {seat.number}", facts, together]
        label = format_html(' aria-label="{}"', ", ".join(filter(None, told)))
    return format_html(
        '{}<label class="seat{}"><input type=checkbox name="seat" value="{}"{}{}{}>{}</label>',  # hundreds of times
        _empty(placed.before),
        _look(placed, half),
        seat.pk,
        label,
        _price_for_script(placed, words["kind_prices"]),
        DISABLED if mark.is_taken else CHECKED if mark.is_chosen else "",
        seat.number,
    )


def _look(placed: SeatInRow, half: Seat | None) -> str:
    """The CSS classes of a seat besides its first; a standard one has none, since a hall has hundreds of them."""
    kind = "" if placed.seat.kind == SeatKind.STANDARD else f" {placed.shape}"
    side = "" if half is None else " start" if placed.seat.across < half.across else " end"
    return kind + side + (" gone" if placed.mark.is_taken else "")


def _price_for_script(placed: SeatInRow, prices: dict[str, Decimal | None]) -> SafeString:
    """A price that is not that of the seat's kind."""
    if placed.mark.price is None or placed.mark.price == prices[placed.seat.kind]:
        return SafeString("")
    return format_html(' data-price="{}"', minor_units(placed.mark.price))
