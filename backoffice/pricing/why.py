"""Why a seat cost what it did, in words."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from backoffice.pricing.reasons import in_words
from cinema.local_time import format_local
from cinema.money import format_money
from orders.models import Ticket
from screenings.models import PriceQuote


def why_it_costs(ticket: Ticket) -> list[str]:
    """The parts of the price, and for an adaptive one its reasons. Its quote and session with price row are loaded."""
    return list(_sentences(ticket))


def _sentences(ticket: Ticket) -> Iterator[str]:
    if ticket.base_price is None or ticket.surcharge is None:
        yield _("Sold before the parts of prices were kept: only the price itself is known.")
        return
    parts = {"base": format_money(ticket.base_price), "percent": ticket.percent}
    yield _("%(percent)d %% of %(base)s") % parts
    if ticket.surcharge:
        yield _("Surcharge for the seat: %(amount)s") % {"amount": format_money(ticket.surcharge)}
    quote: PriceQuote | None = ticket.price_quote
    if quote is None:
        row = ticket.session.price_row
        if row is not None and row.price == ticket.base_price:
            yield _("%(base)s was the list price, from the row “%(row)s” of the price list.") % {**parts, "row": row}
        else:
            yield _("%(base)s was the list price, or the fixed price of the ticket type.") % parts
        return
    yield _(
        "%(base)s was the adaptive price since %(time)s; the list price was %(list)s, the bounds %(low)s to %(high)s."
    ) % {
        **parts,
        "time": format_local(quote.at, ticket.session.hall.cinema.zone),
        "list": format_money(quote.list_price),
        "low": format_money(quote.lowest),
        "high": format_money(quote.highest),
    }
    yield from in_words(quote.reasons)
