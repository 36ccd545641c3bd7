"""Who sits where at a session."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from orders.availability.hall_map import StatusCount, hall_map, status_words
from orders.models import Order, Ticket
from screenings.hall_layout import HallLayout
from screenings.models import Seat, Session


@dataclass(frozen=True)
class Party:
    """The tickets of one order at the session."""

    order: Order
    link: str
    tickets: list[Ticket]


@dataclass(frozen=True)
class Seating:
    layout: HallLayout
    counts: list[StatusCount]
    parties: list[Party]
    sitting_on_broken: list[Ticket]  # sold before the seat broke: these people need other seats


def of_session(session: Session, *, names: bool, link: Callable[[Order], str], at: datetime) -> Seating:
    """The hall of the session with the status of each seat at `at`; without `names` nobody is told whose it is.

    `link` leads to an order. Three queries.
    """
    if names:
        found = hall_map(session, at=at, words=_with_names, link=lambda ticket: link(ticket.order))
    else:
        found = hall_map(session, at=at)
    parties: dict[int, Party] = {}
    for ticket in found.tickets if names else []:
        parties.setdefault(ticket.order_id, Party(ticket.order, link(ticket.order), [])).tickets.append(ticket)
    return Seating(found.layout, found.counts, list(parties.values()), found.sold_and_broken)


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


def _with_names(ticket: Ticket) -> str:
    return _("%(status)s, order %(order)s, %(type)s") % {
        "status": status_words(ticket),
        "order": ticket.order,
        "type": ticket.ticket_type,
    }
