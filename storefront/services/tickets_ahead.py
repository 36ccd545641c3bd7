"""The tickets with which a customer will be let in, as the account page shows them on top."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from accounts.models import User
from orders.models import Order, Ticket
from orders.services import code_of
from screenings.models import Session

MOST = 40  # tickets of one page; the others are on the pages of their orders


@dataclass(frozen=True)
class Visit:
    """One screening of one order, and the code of each ticket."""

    order: Order
    session: Session
    starts: datetime
    tickets: list[tuple[Ticket, str]]


def tickets_ahead(user: User, *, at: datetime) -> list[Visit]:
    """The valid tickets for screenings that are not over, the next screening first. One query. Reads only."""
    valid = Ticket.objects.filter(order__user=user, status=Ticket.Status.PAID, session__end_datetime__gt=at)
    tickets = (
        valid.exclude(session__status=Session.Status.CANCELLED)
        .select_related("order__cinema", "session__film", "session__hall", "seat", "ticket_type")
        .order_by("session__start_datetime", "session", "order", "seat__row", "seat__number")[:MOST]
    )
    visits = []
    for (order, session), found in groupby(tickets, lambda ticket: (ticket.order, ticket.session)):
        starts = order.cinema.local(session.start_datetime)
        visits.append(Visit(order, session, starts, [(each, code_of(each)) for each in found]))
    return visits
