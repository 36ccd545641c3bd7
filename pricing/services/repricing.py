"""Gives sessions on sale the price of the moment, where their mode is adaptive."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from cinema.validators import clean_reason
from pricing.errors import AlreadyFrozen, NotFrozen, PriceNotMoving
from pricing.models import PriceFreeze, PricingMode
from pricing.quotes import price_quote
from pricing.services.facts import VERSION, Facts, facts_of
from pricing.services.quoting import end_quotes
from screenings.models import PriceQuote, Session

NEAR = timedelta(days=3)
#: A minute less than a quarter of an hour and an hour: cron does not start a job at the very same second each time.
SOON, LATER = timedelta(minutes=14), timedelta(minutes=59)


def to_reprice(at: datetime) -> "QuerySet[Session]":
    """Sessions on sale whose price is to be looked at again: with an adaptive price, now or by one of their modes.
    Frozen ones are left out."""
    adaptive = PricingMode.objects.filter(
        mode=PricingMode.Mode.ADAPTIVE, cinema=OuterRef("hall__cinema"), since__lte=at
    )
    concerned = (
        Q(price_quote__isnull=False)
        | Exists(adaptive.filter(session=OuterRef("pk")))
        | Exists(adaptive.filter(session=None, film=None))
        | Exists(adaptive.filter(session=None, film=OuterRef("film")))
    )
    frozen = PriceFreeze.objects.filter(session=OuterRef("pk"), ended_at=None)
    reviewed = Q(price_review_at__isnull=True) | Q(price_review_at__lte=at)
    return Session.objects.on_sale(at).filter(reviewed, concerned).exclude(Exists(frozen))


def reprice(sessions: Iterable[Session], *, at: datetime) -> list[PriceQuote]:
    """Quote sessions anew, and keep each price that is another than before. Returns these quotes.

    A session that is not adaptive any more gets its list price back. The same data give the same prices. A constant
    number of queries. Must be called inside a transaction (the sessions are locked).
    """
    keys = [each.pk for each in sessions]
    rows = list(Session.objects.filter(pk__in=keys).select_related("film", "hall").order_by("pk"))
    known = facts_of(rows, at=at)
    end_quotes([each.session for each in known if not each.is_adaptive], code="DISABLED", at=at)
    quotes = [quote for each in known if each.is_adaptive and (quote := _new_quote(each, at)) is not None]
    PriceQuote.objects.bulk_create(quotes, batch_size=200)
    for quote in quotes:
        quote.session.price_quote, quote.session.quoted_price = quote, quote.price
    Session.objects.bulk_update([each.session for each in quotes], ["price_quote", "quoted_price"], batch_size=500)
    near = [each.pk for each in rows if each.start_datetime - at <= NEAR]
    Session.objects.filter(pk__in=near).update(price_review_at=at + SOON)
    Session.objects.filter(pk__in=set(keys) - {*near}).update(price_review_at=at + LATER)
    return quotes


def _new_quote(facts: Facts, at: datetime) -> PriceQuote | None:
    """None if the price stays as it is."""
    session, inputs = facts.session, facts.inputs(at)
    found = price_quote(inputs)
    price = session.ticket_price if found["price"] is None else Decimal(found["price"])
    if price == session.quoted_price:
        return None
    assert facts.mode is not None
    lowest, highest = facts.mode.bounds(session.ticket_price, floor=facts.floor)
    return PriceQuote(
        session=session,
        at=at,
        price=price,
        list_price=session.ticket_price,
        lowest=lowest,
        highest=highest,
        inputs=inputs,
        inputs_hash=found["inputs_hash"],
        reasons=found["reasons"],
        policy=found["policy"],
        version=VERSION,
    )


def freeze(session: Session, *, reason: str, at: datetime, actor: User | None = None) -> PriceFreeze:
    """Keep the session's price as it is until `unfreeze`. Raises `ReasonNeeded`, `PriceNotMoving` or `AlreadyFrozen`.

    Owns its transaction.
    """
    reason = clean_reason(reason)
    with transaction.atomic():
        row = _locked(session)
        if not row.is_on_sale(at):
            raise PriceNotMoving(row)
        if row.price_freezes.filter(ended_at=None).exists():
            raise AlreadyFrozen(row)
        return PriceFreeze.objects.create(session=row, reason=reason, at=at, actor=actor)


def unfreeze(session: Session, *, at: datetime, actor: User | None = None) -> None:
    """Let the price move again, from the next pass of the job on. Raises `NotFrozen`. Owns its transaction."""
    with transaction.atomic():
        row = _locked(session)
        if not row.price_freezes.filter(ended_at=None).update(ended_at=at, ended_by=actor):
            raise NotFrozen(row)
        Session.objects.filter(pk=row.pk).update(price_review_at=at)


def _locked(session: Session) -> Session:
    return (
        Session.objects.select_for_update(of=("self",), no_key=True)
        .select_related("film", "hall__cinema")
        .get(pk=session.pk)
    )
