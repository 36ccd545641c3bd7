"""What the shop says of a price that follows demand: its bounds and, after a drop, the lowest price of 30 days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from screenings.models import PriceQuote, Session

Changes = list[tuple[datetime, Decimal]]  # of the ticket price, the oldest first

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
    """None for a session at its list price. Three queries. Reads only."""
    if session.price_quote_id is None or session.quoted_price is None:
        return None
    quote = PriceQuote.objects.defer("inputs", "reasons").filter(pk=session.price_quote_id).first()
    if quote is None:
        return None
    note = PriceNote(session.quoted_price, quote.lowest, quote.highest)
    shown = _shown_before(quote)
    if session.quoted_price >= shown[0]:
        return note
    return PriceNote(note.price, note.low, note.high, before=shown[0], lowest=min(shown))


def _shown_before(quote: PriceQuote) -> list[Decimal]:
    """The prices at which the session was sold within the 30 days before the quote, the newest first: those of former
    quotes, and where none was in force the ticket price of that time. Two queries.
    """
    rows = PriceQuote.objects.filter(session=quote.session_id, at__lt=quote.at).order_by("-at")
    former = list(rows.values_list("at", "price", "list_price", "is_adaptive"))
    records = Session.history.filter(id=quote.session_id).order_by("history_id")
    changes: Changes = list(records.values_list("history_date", "ticket_price"))
    begin, until, shown = quote.at - LOOKED_BACK, quote.at, []
    for since, price, _list_price, is_adaptive in former:
        if not is_adaptive:  # it ended a quote, and says the ticket price of that moment
            shown += _ticket_prices([each for each in changes if each[0] > since], price, begin, until)
        else:
            shown.append(price)
        until = since
        if since <= begin:
            return shown
    oldest = former[-1][2] if former else quote.list_price
    first = changes[0][1] if changes else oldest  # a history begins with what the row was before its first change
    return shown + _ticket_prices(changes, first, begin, until)


def _ticket_prices(changes: Changes, first: Decimal, begin: datetime, until: datetime) -> list[Decimal]:
    """The ticket prices of a time without a quote, the newest first. `first` is that before all changes; those up to
    `begin` matter no more.
    """
    former = [price for at, price in changes if at <= begin]
    later = [price for at, price in changes if begin < at < until]
    return [*reversed(later), former[-1] if former else first]
