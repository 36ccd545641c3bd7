"""Who sits where at a session."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from orders.models import Order, Ticket
from screenings import plans
from screenings.models import Seat, SeatOutage, Session
from screenings.plans import Mark, Plan

SIGNS = {
    Ticket.Status.RESERVED: "○",
    Ticket.Status.PAID: "●",
    Ticket.Status.USED: "✓",
    Ticket.Status.EXPIRED: "–",
}


@dataclass(frozen=True)
class Party:
    """The tickets of one order at the session."""

    order: Order
    link: str
    tickets: list[Ticket]


@dataclass(frozen=True)
class Count:
    state: str
    sign: str
    words: str
    number: int


@dataclass(frozen=True)
class Seating:
    plan: Plan
    counts: list[Count]
    parties: list[Party]
    sitting_on_broken: list[Ticket]  # sold before the seat broke: these people need other seats


def of_session(session: Session, *, names: bool, link: Callable[[Order], str]) -> Seating:
    """The plan of the session's hall with what became of each seat; without `names` nobody is told whose it is.

    `link` leads to an order. Three queries.
    """
    seats = list(session.hall.seats.order_by("row", "number"))
    tickets = list(
        Ticket.objects.live()
        .filter(session=session)
        .select_related("order", "seat", "ticket_type")
        .order_by("seat__row", "seat__number")
    )
    outages = {
        outage.seat_id: outage
        for outage in SeatOutage.objects.filter(seat__hall=session.hall_id).during(
            session.start_datetime, session.end_datetime
        )
    }
    marks = {seat: plans.broken(outage.reason) for seat, outage in outages.items()}
    for ticket in tickets:
        words = str(Ticket.Status(ticket.status).label)
        if names:
            words = _("%(status)s, order %(order)s, %(type)s") % {
                "status": words,
                "order": ticket.order,
                "type": ticket.ticket_type,
            }
        if ticket.seat_id in outages:
            words += ", " + marks[ticket.seat_id].words
        marks[ticket.seat_id] = Mark(
            ticket.status.lower(), SIGNS[Ticket.Status(ticket.status)], words, link(ticket.order) if names else ""
        )
    parties: dict[int, Party] = {}
    for ticket in tickets if names else []:
        parties.setdefault(ticket.order_id, Party(ticket.order, link(ticket.order), [])).tickets.append(ticket)
    return Seating(
        plan=plans.lay_out(seats, marks),
        counts=_counts(seats, tickets, set(outages)),
        parties=list(parties.values()),
        sitting_on_broken=[ticket for ticket in tickets if ticket.seat_id in outages],
    )


def hit_by(seats: Sequence[Seat], *, since: datetime, until: datetime | None) -> list[Ticket]:
    """Live tickets on these seats for sessions that run between the instants and are not cancelled. One query."""
    tickets = Ticket.objects.live().filter(seat__in=seats, session__end_datetime__gt=since)
    if until is not None:
        tickets = tickets.filter(session__start_datetime__lt=until)
    return list(
        tickets.exclude(session__status=Session.Status.CANCELLED)
        .select_related("order", "seat", "session__film", "session__hall__cinema")
        .order_by("session__start_datetime", "seat__row", "seat__number")
    )


def _counts(seats: Sequence[Seat], tickets: Sequence[Ticket], broken: set[int]) -> list[Count]:
    by_status = Counter(ticket.status for ticket in tickets)
    out = len(broken - {ticket.seat_id for ticket in tickets})
    free = Count("free", "", _("Free"), len(seats) - len(tickets) - out)
    sold = [Count(status.lower(), sign, str(status.label), by_status[status]) for status, sign in SIGNS.items()]
    return [free, *sold, Count("broken", "✕", _("Broken"), out)]
