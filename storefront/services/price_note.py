"""What the shop says of a price that follows demand: its bounds and, after a drop, the lowest price of 30 days."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from screenings.models import PriceQuote, Session

LOOKED_BACK = timedelta(days=30)  # the directive on price indications (EU) 2019/2161 wants it beside a reduction


@dataclass(frozen=True)
class PriceNote:
    """Prices of a full ticket for a standard seat. `before` and `lowest` are None unless the price has just dropped:
    the price before, and the lowest of the 30 days before the drop.
    """

    price: Decimal
    low: Decimal
    high: Decimal
    before: Decimal | None = None
    lowest: Decimal | None = None


def price_note(session: Session) -> PriceNote | None:
    """None for a session at its list price. Two queries. Reads only."""
    if session.price_quote_id is None or session.quoted_price is None:
        return None
    quote = PriceQuote.objects.defer("inputs", "reasons").filter(pk=session.price_quote_id).first()
    if quote is None:
        return None
    former = PriceQuote.objects.filter(session=session, at__lt=quote.at).order_by("-at").values_list("at", "price")
    prices: list[Decimal] = []
    for since, price in former:
        prices.append(price)
        if since <= quote.at - LOOKED_BACK:  # it was in force when the 30 days began
            break
    else:
        prices.append(quote.list_price)  # before the first quote
    note = PriceNote(session.quoted_price, quote.lowest, quote.highest)
    if session.quoted_price >= prices[0]:
        return note
    return PriceNote(note.price, note.low, note.high, before=prices[0], lowest=min(prices))
