"""Computes ticket prices. docs/prices.md has worked examples."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cinema.money import ZERO, rounded
from screenings.models import Seat, SeatKind, SeatSurcharge, Session, TicketType

#: Kinds of seats that are no matter of price alone: a ticket for one of them is moved to the same kind only.
NEVER_MIXED = {SeatKind.LOVE_SEAT, SeatKind.WHEELCHAIR, SeatKind.COMPANION}
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
    """What the prices of a session rest on besides its own price: the surcharges by seat kind."""

    surcharges: Mapping[str, Decimal] = field(default_factory=dict)


def quote(session: Session, *, seat_kind: str, ticket_type: TicketType | None, terms: Terms) -> Quote:
    """The price of a seat of this kind at the session, before any discount. Every price of a seat comes from here.

    `terms` are those of the session (`terms_of`). Without a ticket type, the full price. No query, so that a whole hall
    can be priced.
    """
    percent = 100 if ticket_type is None else ticket_type.price_percent
    surcharge = terms.surcharges.get(seat_kind, ZERO) if percent else ZERO
    return Quote(session.price, percent, surcharge, session.price_quote_id)


def terms_of(sessions: Iterable[Session]) -> dict[int, Terms]:
    """The terms of sessions by their primary key. `hall` must be loaded. One query."""
    cinemas = {session.pk: session.hall.cinema_id for session in sessions}
    found: dict[int, dict[str, Decimal]] = {}
    rows = SeatSurcharge.objects.filter(cinema__in=set(cinemas.values())).order_by()
    for cinema, kind, amount in rows.values_list("cinema", "kind", "amount"):
        found.setdefault(cinema, {})[kind] = amount
    return {session: Terms(found.get(cinema, {})) for session, cinema in cinemas.items()}


def costs_the_same(old: Seat, new: Seat, *, ticket_type: TicketType, terms: Terms) -> bool:
    """Whether a ticket can be moved from one seat to the other without anything to pay or to return. No query."""
    if old.kind == new.kind:
        return True
    one, other = (terms.surcharges.get(seat.kind, ZERO) for seat in (old, new))
    return (one == other or not ticket_type.price_percent) and not {old.kind, new.kind} & NEVER_MIXED


def ticket_price(*, session_price: Decimal, percent: int, surcharge: Decimal = ZERO) -> Decimal:
    """The ticket type's share of the session's price, rounded half up to the cent, plus the seat's full surcharge.

    A ticket type of 0 percent (comp, carer) is free, without any surcharge.
    """
    if percent == 0:
        return ZERO
    return rounded(session_price * percent / 100) + surcharge


def sold_online() -> list[TicketType]:
    """The active ticket types that customers can buy online, whatever the film's age rating. One query."""
    return list(TicketType.objects.filter(is_active=True).exclude(sold_to=TicketType.SoldTo.TILL))


def full_type(types: Iterable[TicketType], *, rating: str = "") -> TicketType | None:
    """The ticket type whose price is shown while none is chosen: the most expensive one that is open to everyone for a
    film of this age rating."""
    open_to_all = [each for each in types if each.sold_to == TicketType.SoldTo.ANYBODY and each.suits(rating)]
    return max(open_to_all, key=lambda each: each.price_percent, default=None)
