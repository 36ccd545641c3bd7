"""What a seat costs. Worked examples for accountants: docs/prices.md."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from cinema.money import ZERO, rounded
from screenings.models import Cinema, SeatSurcharge, Session, TicketType

Surcharges = Mapping[str, Decimal]  # by the kind of the seat


def quote(session: Session, *, seat_kind: str, percent: int, surcharges: Surcharges) -> Decimal:
    """What a seat of this kind costs at the session for a ticket type of so many percent, before any discount.

    `surcharges` are those of the session's cinema. No query, so that a whole hall can be priced.
    """
    return ticket_price(session_price=session.ticket_price, percent=percent, surcharge=surcharges.get(seat_kind, ZERO))


def ticket_price(*, session_price: Decimal, percent: int, surcharge: Decimal = ZERO) -> Decimal:
    """The ticket type's share of the session's price, rounded half up to the cent, and the seat's surcharge in full.

    A ticket type of 0 percent (comp, carer) costs nothing at all, whatever the seat.
    """
    if percent == 0:
        return ZERO
    return rounded(session_price * percent / 100) + surcharge


def surcharges(cinema: Cinema) -> dict[str, Decimal]:
    """What the cinema adds for each kind of seat that has a surcharge; one query."""
    return dict(cinema.seat_surcharges.order_by().values_list("kind", "amount"))


def surcharges_by_cinema(cinemas: Iterable[int]) -> dict[int, dict[str, Decimal]]:
    """The same for several cinemas, by their primary keys; one without surcharges is left out. One query."""
    found: dict[int, dict[str, Decimal]] = {}
    rows = SeatSurcharge.objects.filter(cinema__in=set(cinemas)).order_by()
    for cinema, kind, amount in rows.values_list("cinema", "kind", "amount"):
        found.setdefault(cinema, {})[kind] = amount
    return found


def sold_online() -> list[TicketType]:
    """The ticket types that can be bought without staff. One query."""
    return list(TicketType.objects.filter(is_active=True).exclude(sold_to=TicketType.SoldTo.TILL))


def full_percent(types: Iterable[TicketType]) -> int:
    """The percent of the price shown where no ticket type has been chosen: the dearest type that anybody can buy."""
    return max((each.price_percent for each in types if each.sold_to == TicketType.SoldTo.ANYBODY), default=100)
