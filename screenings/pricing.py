"""What a seat costs. Worked examples for accountants: docs/prices.md."""

from decimal import Decimal

from cinema.money import ZERO, rounded
from screenings.models import Cinema


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
