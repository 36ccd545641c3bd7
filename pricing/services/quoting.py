"""Writes price quotes, and puts them in force or out of it."""

from collections.abc import Iterable
from datetime import datetime

from pricing.quotes import POLICY, price_quote
from pricing.services.facts import VERSION
from screenings.models import PriceQuote, Session


def end_quotes(sessions: Iterable[Session], *, code: str, at: datetime) -> None:
    """Give these sessions their ticket price again, with a quote that says why: a code of a reason.

    Sessions without a current quote are left. Three queries. Must be called inside a transaction (the sessions are
    locked).
    """
    quoted = [each for each in sessions if each.price_quote_id is not None]
    if not quoted:
        return
    PriceQuote.objects.bulk_create(
        PriceQuote(
            session=each,
            at=at,
            price=each.ticket_price,
            list_price=each.ticket_price,
            lowest=each.ticket_price,
            highest=each.ticket_price,
            is_adaptive=False,
            inputs=(inputs := {"base_price": str(each.ticket_price), "config": {"enabled": False}}),
            inputs_hash=price_quote(inputs)["inputs_hash"],
            reasons=[{"code": code, "text": "The list price applies."}],
            policy=POLICY,
            version=VERSION,
        )
        for each in quoted
    )
    Session.objects.filter(pk__in=[each.pk for each in quoted]).update(quoted_price=None, price_quote=None)
    for each in quoted:
        each.quoted_price, each.price_quote = None, None
