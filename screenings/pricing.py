"""Computes ticket prices. docs/prices.md has worked examples."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from cinema.money import ZERO, rounded
from screenings.models import Cinema, Seat, SeatKind, SeatSurcharge, Session, TicketType

Surcharges = Mapping[str, Decimal]  # by seat kind
#: Kinds of seats that are no matter of price alone: a ticket for one of them is moved to the same kind only.
NEVER_MIXED = {SeatKind.LOVE_SEAT, SeatKind.WHEELCHAIR, SeatKind.COMPANION}


def quote(session: Session, *, seat_kind: str, percent: int, surcharges: Surcharges) -> Decimal:
    """The price of a seat of this kind at the session for a ticket type of `percent`, before any discount.

    `surcharges` are those of the session's cinema. No query, so that a whole hall can be priced.
    """
    return ticket_price(session_price=session.ticket_price, percent=percent, surcharge=surcharges.get(seat_kind, ZERO))


def costs_the_same(session: Session, old: Seat, new: Seat, *, percent: int, surcharges: Surcharges) -> bool:
    """Whether a ticket can be moved from one seat to the other without anything to pay or to return. No query."""
    if old.kind == new.kind:
        return True
    one, other = (quote(session, seat_kind=seat.kind, percent=percent, surcharges=surcharges) for seat in (old, new))
    return one == other and not {old.kind, new.kind} & NEVER_MIXED


def ticket_price(*, session_price: Decimal, percent: int, surcharge: Decimal = ZERO) -> Decimal:
    """The ticket type's share of the session's price, rounded half up to the cent, plus the seat's full surcharge.

    A ticket type of 0 percent (comp, carer) is free, without any surcharge.
    """
    if percent == 0:
        return ZERO
    return rounded(session_price * percent / 100) + surcharge


def surcharges(cinema: Cinema) -> dict[str, Decimal]:
    """The cinema's surcharges by seat kind; kinds without one are left out. One query."""
    return dict(cinema.seat_surcharges.order_by().values_list("kind", "amount"))


def surcharges_by_cinema(cinemas: Iterable[int]) -> dict[int, dict[str, Decimal]]:
    """The surcharges of several cinemas by primary key; cinemas without any are left out. One query."""
    found: dict[int, dict[str, Decimal]] = {}
    rows = SeatSurcharge.objects.filter(cinema__in=set(cinemas)).order_by()
    for cinema, kind, amount in rows.values_list("cinema", "kind", "amount"):
        found.setdefault(cinema, {})[kind] = amount
    return found


def sold_online() -> list[TicketType]:
    """The active ticket types that customers can buy online, whatever the film's age rating. One query."""
    return list(TicketType.objects.filter(is_active=True).exclude(sold_to=TicketType.SoldTo.TILL))


def full_percent(types: Iterable[TicketType], *, rating: str = "") -> int:
    """The percentage used while no ticket type is chosen: that of the most expensive type open to everyone for a film
    of this age rating."""
    open_to_all = (each for each in types if each.sold_to == TicketType.SoldTo.ANYBODY and each.suits(rating))
    return max((each.price_percent for each in open_to_all), default=100)
