"""What the sold tickets of a session would have cost at the list price."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from cinema.money import ZERO
from orders.models import Ticket
from screenings.ticket_price import ticket_price


@dataclass(frozen=True)
class Compared:
    """`tickets` with an adaptive price, what they made, and what the list price of their time would have made."""

    tickets: int
    made: Decimal
    at_list_price: Decimal

    @property
    def difference(self) -> Decimal:
        return self.made - self.at_list_price


def compared_with_list_price(tickets: Iterable[Ticket]) -> Compared:
    """For the same tickets, before discounts and points: how many would have come at the list price is not known.

    `tickets` are those that keep their seats, with `price_quote`; the reserved ones are left out. No query.
    """
    made, at_list_price, number = ZERO, ZERO, 0
    for ticket in tickets:
        if ticket.price_quote is None or ticket.status == Ticket.Status.RESERVED:
            continue
        assert ticket.percent is not None  # stored together with the quote, like the surcharge
        assert ticket.surcharge is not None
        number += 1
        made += ticket.price
        at_list_price += ticket_price(
            session_price=ticket.price_quote.list_price, percent=ticket.percent, surcharge=ticket.surcharge
        )
    return Compared(number, made, at_list_price)
