"""The hall of one session with the status of each seat: free, held, sold, used or broken."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from orders.models import Ticket
from orders.queries import taken_tickets
from screenings.hall_layout import HallLayout, SeatMark, broken, lay_out
from screenings.models import SeatOutage, Session

SIGNS = {
    Ticket.Status.RESERVED: "○",
    Ticket.Status.PAID: "●",
    Ticket.Status.USED: "✓",
    Ticket.Status.EXPIRED: "–",
}


HOUSE = ("house", "◆")  # the state and sign of a seat that the house keeps


@dataclass(frozen=True)
class StatusCount:
    state: str
    sign: str
    label: str
    number: int


@dataclass(frozen=True)
class HallMap:
    """`tickets` are listed row by row, with order, seat, ticket type and price quote; `counts` add up to the number of
    seats in the hall.
    """

    layout: HallLayout
    counts: list[StatusCount]
    tickets: list[Ticket]
    broken: set[int]  # keys of seats

    @property
    def sold_and_broken(self) -> list[Ticket]:
        return [ticket for ticket in self.tickets if ticket.seat_id in self.broken]


def status_label(ticket: Ticket) -> str:
    if is_house_hold(ticket):
        return _("Kept by the house: %(reason)s") % {"reason": ticket.order.house_hold.reason}
    return str(Ticket.Status(ticket.status).label)


def is_house_hold(ticket: Ticket) -> bool:
    """Whether the house keeps the ticket's seat. No query, if the order's `house_hold` is loaded."""
    return ticket.status == Ticket.Status.RESERVED and hasattr(ticket.order, "house_hold")


def hall_map(
    session: Session,
    *,
    at: datetime,
    words: Callable[[Ticket], str] = status_label,
    link: Callable[[Ticket], str] = lambda _ticket: "",
) -> HallMap:
    """The map as of `at`. `words` and `link` describe a ticket's seat beyond its status. Three queries.

    As in the shop, the seat of an expired hold is free. A seat that is both sold and broken counts as sold.
    """
    seats = list(session.hall.seats.order_by("row", "number"))
    tickets = list(
        taken_tickets(at)
        .filter(session=session)
        .select_related("order__house_hold", "seat", "ticket_type", "price_quote")
        .order_by("seat__row", "seat__number")
    )
    marks = {outage.seat_id: broken(outage.reason) for outage in SeatOutage.objects.of_session(session)}
    out_of_use = set(marks)
    for ticket in tickets:
        text = words(ticket)
        if ticket.seat_id in out_of_use:
            text += ", " + marks[ticket.seat_id].words
        state, sign = HOUSE if is_house_hold(ticket) else (ticket.status.lower(), SIGNS[Ticket.Status(ticket.status)])
        marks[ticket.seat_id] = SeatMark(state, sign, text, link(ticket))
    by_state = Counter(marks[ticket.seat_id].state for ticket in tickets)
    only_broken = len(out_of_use - {ticket.seat_id for ticket in tickets})
    return HallMap(
        layout=lay_out(seats, marks, hall=session.hall),
        counts=[
            StatusCount("free", "", _("Free"), len(seats) - len(tickets) - only_broken),
            *(StatusCount(each.lower(), sign, str(each.label), by_state[each.lower()]) for each, sign in SIGNS.items()),
            StatusCount(*HOUSE, _("Kept by the house"), by_state[HOUSE[0]]),
            StatusCount("broken", "✕", _("Off sale"), only_broken),
        ],
        tickets=tickets,
        broken=out_of_use,
    )
