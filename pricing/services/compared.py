"""What the sold tickets of a session would have cost at the list price."""

from dataclasses import dataclass
from decimal import Decimal

from cinema.money import ZERO
from orders.models import Ticket
from screenings.models import Session
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


def compared_with_list_price(session: Session) -> Compared:
    """For the same tickets, before discounts and points: how many would have come at the list price is not known.

    Refunded tickets are left out. One query. Reads only.
    """
    kept = Ticket.objects.live().exclude(status=Ticket.Status.RESERVED).filter(session=session)
    columns = ("price", "percent", "surcharge", "price_quote__list_price")
    rows = kept.filter(price_quote__isnull=False).order_by().values_list(*columns)
    made, at_list_price, number = ZERO, ZERO, 0
    for price, percent, surcharge, list_price in rows:
        number += 1
        made += price
        at_list_price += ticket_price(session_price=list_price, percent=percent, surcharge=surcharge)
    return Compared(number, made, at_list_price)
