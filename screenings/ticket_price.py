"""Computes ticket prices. docs/prices.md has worked examples."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from cinema.db_functions import compiled_once
from cinema.money import ZERO, rounded
from screenings.models import (
    PriceQuote,
    RowSurcharge,
    Seat,
    SeatKind,
    SeatSurcharge,
    Session,
    TicketType,
    TicketTypeTerm,
)

#: Kinds of seats that are no matter of price alone: a ticket for one of them is moved to the same kind only.
NEVER_MIXED = {SeatKind.LOVE_SEAT, SeatKind.WHEELCHAIR, SeatKind.COMPANION}
HONOURED = timedelta(minutes=15)  # how long a price that was shown can still be bought
#: The columns of `PriceParts`.
PRICE_PARTS = ("price", "base_price", "percent", "surcharge", "price_quote_id")


@dataclass(frozen=True, slots=True)
class Quote:
    """What one seat costs, and how that comes about: `price` is `ticket_price` of the other three.

    `price_quote` is the primary key of the `PriceQuote` that the base comes from; None for the session's ticket price.
    """

    base: Decimal
    percent: int
    surcharge: Decimal
    price_quote: int | None = None

    @property
    def price(self) -> Decimal:
        return ticket_price(session_price=self.base, percent=self.percent, surcharge=self.surcharge)

    @property
    def parts(self) -> dict[str, Any]:
        """The values of `PRICE_PARTS`."""
        values = (self.price, self.base, self.percent, self.surcharge, self.price_quote)
        return dict(zip(PRICE_PARTS, values, strict=True))


@dataclass(frozen=True, slots=True)
class Terms:
    """What the prices of a session rest on besides its own price: the surcharges by seat kind, and what its row of the
    price list says of ticket types, by their primary key.
    """

    surcharges: Mapping[str, Decimal] = field(default_factory=dict)
    types: Mapping[int, TicketTypeTerm] = field(default_factory=dict)

    def sells(self, ticket_type: TicketType) -> bool:
        term = self.types.get(ticket_type.pk)
        return term is None or term.percent is not None or term.fixed_price is not None

    @property
    def with_fixed_price(self) -> set[int]:
        """The primary keys of the ticket types of a fixed price."""
        return {key for key, term in self.types.items() if term.fixed_price is not None}


def quote(session: Session, seat_kind: str, ticket_type: TicketType | None, terms: Terms, held: Any = None) -> Quote:
    """The price of a seat of this kind at the session, before any discount. Every price of a seat comes from here.

    `terms` are those of the session (`terms_of`). Without a ticket type, the full price. `held` is the ticket that the
    customer holds for this very seat (`held_tickets`): its price is kept if it is lower. No query, so that a whole hall
    can be priced.
    """
    today = _price_now(session, seat_kind, ticket_type, terms)
    return today if held is None else _keep(held, today, ticket_type, terms)


def _price_now(session: Session, seat_kind: str, ticket_type: TicketType | None, terms: Terms) -> Quote:
    percent = 100 if ticket_type is None else ticket_type.price_percent
    surcharge = terms.surcharges.get(seat_kind, ZERO)
    term = None if ticket_type is None else terms.types.get(ticket_type.pk)
    if term is not None and term.fixed_price is not None:
        return Quote(term.fixed_price, 100, surcharge)
    if term is not None and term.percent is not None:
        percent = term.percent
    return Quote(session.price, percent, surcharge if percent else ZERO, session.price_quote_id)


def _keep(held: Any, today: Quote, ticket_type: TicketType | None, terms: Terms) -> Quote:
    """The lower of the price today and that of the held ticket. For another ticket type than the held one, that is its
    share of the price the held one came from; a fixed price says nothing about those of other types.
    """
    if ticket_type is not None and held.ticket_type_id == ticket_type.pk:
        kept = Quote(held.base_price, held.percent, held.surcharge, held.price_quote_id)
    elif {held.ticket_type_id, ticket_type and ticket_type.pk} & terms.with_fixed_price:
        return today
    else:
        kept = replace(today, base=held.base_price, price_quote=held.price_quote_id)
    return kept if kept.price < today.price else today


def full_price(
    session: Session, *, seat_kind: str, types: Iterable[TicketType], terms: Terms, held: Any = None
) -> Decimal:
    """The price that is shown while no ticket type is chosen: that of the most expensive one that is open to everyone
    for the film. No query."""
    open_to_all = (
        each
        for each in types
        if each.sold_to == TicketType.SoldTo.ANYBODY and each.suits(session.film.age_rating) and terms.sells(each)
    )
    asked: list[TicketType | None] = [*open_to_all] or [None]
    return max(quote(session, seat_kind=seat_kind, ticket_type=each, terms=terms, held=held).price for each in asked)


def terms_of(sessions: Iterable[Session], channel: str = TicketTypeTerm.Channel.ONLINE) -> dict[int, Terms]:
    """The terms of sessions in a channel of orders, by their primary key. `hall` must be loaded. One query, three if
    some have a price row."""
    sessions = list(sessions)
    cinemas = {session.pk: session.hall.cinema_id for session in sessions}
    found: dict[int, dict[str, Decimal]] = {}
    rows = SeatSurcharge.objects.filter(cinema__in=set(cinemas.values())).order_by()
    for cinema, kind, amount in rows.values_list("cinema", "kind", "amount"):
        found.setdefault(cinema, {})[kind] = amount
    return with_rows(sessions, {key: found.get(cinema, {}) for key, cinema in cinemas.items()}, channel)


def with_rows(
    sessions: Iterable[Session], surcharges: Mapping[int, Mapping[str, Decimal]], channel: str
) -> dict[int, Terms]:
    """The terms of sessions with these surcharges of their cinemas, by primary key. Two queries if some have a price
    row, otherwise none."""
    online, box_office = TicketTypeTerm.Channel.ONLINE, TicketTypeTerm.Channel.BOX_OFFICE
    channels = [TicketTypeTerm.Channel.ANY, online if channel == online else box_office]
    row_of = {session.pk: session.price_row_id for session in sessions}
    used = {row for row in row_of.values() if row is not None}
    own: dict[int, dict[str, Decimal]] = {}
    types: dict[int, dict[int, TicketTypeTerm]] = {}
    if used:
        amounts = RowSurcharge.objects.filter(row__in=used).order_by()
        for row, kind, amount in amounts.values_list("row", "kind", "amount"):
            own.setdefault(row, {})[kind] = amount
        for term in TicketTypeTerm.objects.filter(row__in=used, channel__in=channels).order_by("channel"):  # ANY first
            types.setdefault(term.row_id, {})[term.ticket_type_id] = term
    return {
        key: Terms({**surcharges.get(key, {}), **own.get(row or 0, {})}, types.get(row or 0, {}))
        for key, row in row_of.items()
    }


def former_prices(sessions: Collection[Session], *, at: datetime) -> Iterator[Collection[Session]]:
    """Give the sessions, in memory, one after another the prices before each change of the last quarter of an hour,
    which can still be bought. Where no quote was in force before a change, that is the ticket price. One query.
    """
    rows = PriceQuote.objects.filter(session__in=sessions, at__lte=at).order_by("-at")
    quotes = list(rows.values_list("session", "at", "price", "pk", "is_adaptive"))
    for changed in sorted({row[1] for row in quotes if row[1] > at - HONOURED}, reverse=True):
        for session in sessions:
            former = (row[2:] for row in quotes if row[0] == session.pk and row[1] < changed)
            price, quote_pk, was_adaptive = next(former, (None, None, False))
            session.quoted_price, session.price_quote_id = (price, quote_pk) if was_adaptive else (None, None)
        yield sessions


def held_tickets(order: Any) -> dict[tuple[int, int], Any]:
    """The tickets that an unpaid order holds, by the primary keys of session and seat.

    An order that its customer changes keeps the price of the seats it held (`quote`); a seat that is new to it costs
    what it costs now. One query; none without an order.
    """
    held = () if order is None else order.tickets.filter(status="RESERVED", base_price__isnull=False)
    return {(ticket.session_id, ticket.seat_id): ticket for ticket in held}


def costs_the_same(old: Seat, new: Seat, *, ticket_type: TicketType, terms: Terms) -> bool:
    """Whether a ticket can be moved from one seat to the other without anything to pay or to return. No query."""
    if old.kind == new.kind:
        return True
    one, other = (terms.surcharges.get(seat.kind, ZERO) for seat in (old, new))
    is_free = not ticket_type.price_percent and ticket_type.sold_to != TicketType.SoldTo.TILL  # but not a gift
    return (one == other or is_free) and not {old.kind, new.kind} & NEVER_MIXED


def ticket_price(*, session_price: Decimal, percent: int, surcharge: Decimal = ZERO) -> Decimal:
    """The ticket type's share of the session's price, rounded half up to the cent, plus the seat's full surcharge.

    A ticket type of 0 percent (comp, carer) is free, without any surcharge.
    """
    if percent == 0:
        return ZERO
    return rounded(session_price * percent / 100) + surcharge


def sold_online() -> list[TicketType]:
    """The active ticket types that customers can buy online, whatever the film's age rating. One query."""
    return list(_sold_online())


@compiled_once
def _sold_online() -> QuerySet[TicketType]:
    return TicketType.objects.filter(is_active=True).exclude(sold_to=TicketType.SoldTo.TILL)
