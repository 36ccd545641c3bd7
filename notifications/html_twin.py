"""The HTML of an e-mail, made from its text: the same words, with buttons for links, a ticket stub and codes.

Everything of the text is escaped. Lines with a hyphen are a list, and the lines of a screening, which the context
names, are a stub. Only the addresses that the context holds as such are linked, one alone in its line as a button: an
address within a title or a reason stays text, whoever wrote it.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.template import Context, Engine
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi, pgettext
from django.utils.translation import gettext as _

from cinema.typography import with_inner_quotes
from house_rules.contrast import text_on
from house_rules.face import face
from notifications.models import MessageKind, Notification
from notifications.templatetags.message_filters import rated

#: Keys of the context under which the sender puts an address to open.
ADDRESSES = ("link", "choice", "page")
#: Keys of codes that the reader has to type or say, each alone in its line.
TYPED = ("gift_code", "voucher_code")
#: Kinds whose address is the page of an order.
ABOUT_AN_ORDER = (
    MessageKind.ORDER_LINK,
    MessageKind.ORDER_CANCELLED,
    MessageKind.ORDER_REFUNDED,
    MessageKind.LATE_PAYMENT_REFUNDED,
    MessageKind.SESSION_TIME_CHANGED,
    MessageKind.SNACKS_REPLACED,
    MessageKind.VOUCHER,
)
#: Colours of the shop where the chain has none of its own: see shop.css.
ACCENT_LIGHT, ACCENT_DARK = "#8c1c2e", "#f0bb55"
#: The Content-ID of the logo, which the channel attaches; no ticket code is called so.
LOGO = "logo"


@dataclass
class Block:
    """A piece of the e-mail: `kind` is "text", "list", "stub", "code" or "button"."""

    kind: str
    lines: list[SafeString] = field(default_factory=list)
    title: str = ""
    link: str = ""


def html_of(notification: Notification, *, subject: str, body: str, codes: list[str]) -> str:
    """The HTML of the text `body`, in the active language. `codes` are the names of the attached pictures of codes.
    One query in a pass. Reads only.
    """
    own = face()
    light, dark = own.accent_light or ACCENT_LIGHT, own.accent_dark or ACCENT_DARK
    context = {
        "language": get_language(),
        "right_to_left": get_language_bidi(),
        "subject": subject,
        "house": own.name,
        "logo": own.logo and {"name": LOGO, "width": own.logo[1], "height": own.logo[2]},
        "seller": own.seller,
        "footer": own.footer,
        "light": light,
        "on_light": text_on(light),
        "dark": dark,
        "on_dark": text_on(dark),
        "blocks": list(_blocks(notification, body)),
        "codes": [(name, _seat_of(name)) for name in codes],
        "map": _map_of(notification.context),
    }
    return Engine.get_default().get_template("notifications/email.html").render(Context(context))


def _blocks(notification: Notification, body: str) -> Iterator[Block]:
    films = {_film_line(each) for each in _showings(notification.context)}
    links = {notification.context[key] for key in ADDRESSES if notification.context.get(key)}
    links |= {each["link"] for each in notification.context.get("others") or []}
    codes = {notification.context[key] for key in TYPED if notification.context.get(key)}
    for paragraph in body.strip().split("\n\n"):
        block = Block("text")
        for line in paragraph.split("\n"):
            stripped = line.strip()
            kind, changes = block.kind, bool(block.lines or block.title)
            if stripped in links:
                yield from _finished(block)
                yield Block("button", title=_label(notification), link=stripped)
                block = Block("text")
            elif stripped in codes:
                yield from _finished(block)
                yield Block("code", title=stripped)
                block = Block("text")
            elif stripped in films:
                yield from _finished(block)
                block = Block("stub", title=stripped)
            elif stripped.startswith("- "):
                if kind == "text":
                    yield from _finished(block)
                    block = Block("list")
                block.lines.append(_entry(stripped.removeprefix("- "), links))
            else:
                if kind == "list" and changes:
                    yield from _finished(block)
                    block = Block("text")
                block.lines.append(_linked(stripped, links))
        yield from _finished(block)


def _finished(block: Block) -> Iterator[Block]:
    if block.lines or block.title:
        yield block


def _linked(text: str, links: Set[str]) -> SafeString:
    words = (format_html('<a href="{0}">{0}</a>', word) if word in links else word for word in text.split(" "))
    return format_html_join(" ", "{}", ((word,) for word in words))


def _entry(text: str, links: Set[str]) -> SafeString:
    """An entry of a list: where it ends with an address, its words are the link."""
    words, colon, link = text.rpartition(": ")
    return format_html('<a href="{}">{}</a>', link, words) if colon and link in links else _linked(text, links)


def _showings(context: dict[str, Any]) -> list[dict[str, Any]]:
    return [*(context.get("showings") or []), *(context.get("was") or [])]


def _film_line(showing: dict[str, Any]) -> str:
    """The line of a film as the text has it."""
    return _("“%(film)s”") % {"film": with_inner_quotes(showing["film"])} + rated(showing.get("rating"))


def _label(notification: Notification) -> str:
    """What the button of an e-mail does."""
    to_order = dict.fromkeys(ABOUT_AN_ORDER, _("Go to your order"))
    may_choose = notification.context.get("choose_until")
    return {
        **to_order,
        MessageKind.SESSION_CHANGED: _("Keep or return the tickets"),
        MessageKind.ORDER_PAID: _("Show my tickets"),
        MessageKind.ORDER_OVERDUE: _("Pay"),
        MessageKind.TICKET_REMINDER: _("Show my tickets"),
        MessageKind.SESSION_CANCELLED: _("Your money or a voucher") if may_choose else _("Choose another showtime"),
        MessageKind.SIGN_IN: _("Sign in"),
        MessageKind.POINTS_EXPIRING: _("See what’s on"),
        MessageKind.TIER_ENDING: _("See what’s on"),
        MessageKind.FILM_ON_SALE: _("Choose a time"),
        MessageKind.SEATS_HELD: _("Buy these seats"),
        MessageKind.STAFF_PASSWORD: _("Set a password"),
        MessageKind.NEWS_CONFIRMATION: _("Confirm subscription"),
    }.get(MessageKind(notification.kind), pgettext("button", "Open"))


def _seat_of(name: str) -> str:
    """The seat of a code, whose name ends in its row and number: see `orders.notifications.send_tickets`."""
    row, number = name.split("-")[-2:]
    return _("row %(row)s, seat %(number)s") % {"row": row, "number": number}


def _map_of(context: dict[str, Any]) -> SafeString | str:
    """A link to the cinema on a map; empty without an address."""
    if not context.get("cinema") or not context.get("address"):
        return ""
    link = f"https://www.openstreetmap.org/search?query={quote(context['address'])}"
    return format_html('<a href="{}">{}</a> · {}', link, _("Show on a map"), context["cinema"])
