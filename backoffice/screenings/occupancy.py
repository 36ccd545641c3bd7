"""Who sits where at a session, and which tickets a seat outage affects."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from backoffice.screenings.hall_map import StatusCount, hall_map, status_label
from orders.models import Order, Ticket
from orders.queries import taken_tickets
from screenings.hall_layout import HallLayout
from screenings.models import Seat, Session


@dataclass(frozen=True)
class OrderTickets:
    """The tickets of one order at the session."""

    order: Order
    link: str
    tickets: list[Ticket]


@dataclass(frozen=True)
class SessionOccupancy:
    layout: HallLayout
    counts: list[StatusCount]
    tickets: list[Ticket]
    by_order: list[OrderTickets]
    tickets_on_broken_seats: list[Ticket]  # sold before the outage: their holders need other seats

    @property
    def seats(self) -> int:
        return sum(each.number for each in self.counts)


def session_occupancy(
    session: Session, *, with_orders: bool, link: Callable[[Order], str], at: datetime
) -> SessionOccupancy:
    """The hall of the session with the status of each seat at `at`. Three queries.

    Without `with_orders` it does not say whose the seats are. `link` returns the address of an order's page.
    """
    if with_orders:
        drawn = hall_map(session, at=at, words=_seat_text, link=lambda ticket: link(ticket.order))
    else:
        drawn = hall_map(session, at=at)
    by_order: dict[int, OrderTickets] = {}
    for ticket in drawn.tickets if with_orders else []:
        by_order.setdefault(ticket.order_id, OrderTickets(ticket.order, link(ticket.order), [])).tickets.append(ticket)
    return SessionOccupancy(drawn.layout, drawn.counts, drawn.tickets, list(by_order.values()), drawn.sold_and_broken)


def tickets_for(seats: Sequence[Seat], *, since: datetime, until: datetime | None, at: datetime) -> list[Ticket]:
    """Tickets that keep these seats at `at`, for sessions in this period that are not cancelled. One query.

    `until=None` is an open end.
    """
    tickets = taken_tickets(at).filter(seat__in=seats, session__end_datetime__gt=since)
    if until is not None:
        tickets = tickets.filter(session__start_datetime__lt=until)
    return list(
        tickets.exclude(session__status=Session.Status.CANCELLED)
        .select_related("order", "seat", "session__film", "session__hall__cinema")
        .order_by("session__start_datetime", "seat__row", "seat__number")
    )


def _seat_text(ticket: Ticket) -> str:
    return _("%(status)s, order %(order)s, %(type)s") % {
        "status": status_label(ticket),
        "order": ticket.order,
        "type": ticket.ticket_type,
    }
