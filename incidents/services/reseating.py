"""Gives a guest other seats of the same session."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.validators import clean_reason
from incidents.errors import SeatsNotChangeable
from orders import notifications
from orders.errors import SeatTaken
from orders.locks import lock_order
from orders.models import Order, OrderChange, Ticket
from orders.services.selling.hold import release_or_refuse
from orders.services.visits.ticket_codes import code_of
from screenings.models import Seat, Session
from screenings.seat_rules import halves_around, left_behind
from screenings.services import refuse_out_of_use
from screenings.ticket_price import PRICE_PARTS, Terms, costs_the_same, terms_of


def change_seats(
    order: Order, seats: Sequence[tuple[Ticket, Seat]], *, reason: str, at: datetime, actor: User | None = None
) -> None:
    """Move paid tickets of an order to seats of the same price in the same hall, and send the tickets again.

    The seats are free, or left by tickets that move along. The moved tickets get new codes; the old ones stop working.
    A second call changes nothing. For seats of another price, refund and sell again. Raises `ReasonNeeded`,
    `SeatsNotChangeable`, `SeatBroken` or `SeatTaken`. Owns its transaction.
    """
    reason = clean_reason(reason)
    wanted = {ticket.pk: seat for ticket, seat in seats}
    asked = [Ticket(session_id=ticket.session_id, seat=seat) for ticket, seat in seats]
    release_or_refuse(asked, instead_of=order, at=at)
    with transaction.atomic():
        row = lock_order(order)
        tickets = list(row.tickets.filter(pk__in=wanted).select_related("session__hall", "seat", "ticket_type"))
        if row.status != Order.Status.PAID or not tickets or len(tickets) < len(wanted):
            raise SeatsNotChangeable(_("Order %(order)s has no such tickets to move.") % {"order": row})
        terms = terms_of({ticket.session for ticket in tickets})
        tickets = [ticket for ticket in tickets if ticket.seat != wanted[ticket.pk]]
        for ticket in tickets:
            _check(ticket, wanted[ticket.pk], terms[ticket.session_id], at=at)
        if not tickets:
            return
        if len({(ticket.session_id, wanted[ticket.pk].pk) for ticket in tickets}) < len(tickets):
            raise SeatTaken(_("Choose a different seat for each ticket."))
        moves = [(ticket.seat, wanted[ticket.pk]) for ticket in tickets]
        _refuse_left_behind(row, {ticket.pk: wanted[ticket.pk] for ticket in tickets})
        refuse_out_of_use((ticket.session, wanted[ticket.pk]) for ticket in tickets)
        try:
            with transaction.atomic():
                _move(tickets, wanted, at=at)
        except IntegrityError as error:  # the unique index of live tickets decides who gets a seat
            raise SeatTaken(_("One of these seats is taken. Choose other seats.")) from error
        details = "\n".join(f"{former} → {new}" for former, new in moves)
        OrderChange.objects.create(
            order=row, kind=OrderChange.Kind.SEATS, at=at, actor=actor, reason=reason, details=details
        )
        notifications.send_tickets(row, code_of=code_of, again=True, moves=moves, at=at)


#: What a ticket is besides its seat.
CONTENT = ("ticket_type_id", *PRICE_PARTS, "discount_share", "bonus_share")


def _move(tickets: Sequence[Ticket], wanted: Mapping[int, Seat], *, at: datetime) -> None:
    """Give each guest their seat. No seat may have two tickets even for a moment, so the ticket of a seat that stays
    in use becomes that of the guest who comes, and only those of the other seats move.
    """
    guests = {(each.session_id, wanted[each.pk].pk): [getattr(each, name) for name in CONTENT] for each in tickets}
    free = guests.keys() - {(each.session_id, each.seat_id) for each in tickets}
    # In the order in which a hold takes seats, so that neither waits for the other.
    left = {session: sorted(seat for of, seat in free if of == session) for session, _seat in guests}
    for ticket in sorted(tickets, key=lambda each: each.pk):
        if (ticket.session_id, ticket.seat_id) not in guests:
            ticket.seat_id = left[ticket.session_id].pop(0)
        for name, value in zip(CONTENT, guests[ticket.session_id, ticket.seat_id], strict=True):
            setattr(ticket, name, value)
        ticket.reissued_at = at
        ticket.save(update_fields=["seat", *CONTENT, "reissued_at"])


def _check(ticket: Ticket, seat: Seat, terms: Terms, *, at: datetime) -> None:
    """Raise `SeatsNotChangeable` if the ticket is not for a session to come, or the seat not in its hall and price."""
    session = ticket.session
    if session.status == Session.Status.CANCELLED:
        raise SeatsNotChangeable(_("This screening has been cancelled. The customer will be refunded automatically."))
    if ticket.status != Ticket.Status.PAID or session.end_datetime <= at:
        raise SeatsNotChangeable(_("%(seat)s: the ticket was used, or the screening is over.") % {"seat": ticket.seat})
    if seat.hall_id != session.hall_id:
        raise SeatsNotChangeable(
            _("There is no such seat in this hall: %(seat)s. Choose another one.") % {"seat": seat}
        )
    if not costs_the_same(ticket.seat, seat, ticket_type=ticket.ticket_type, terms=terms):
        raise SeatsNotChangeable(
            _("%(seat)s is of another price or kind. Refund the ticket and sell a new one.") % {"seat": seat}
        )


def _refuse_left_behind(order: Order, moved: Mapping[int, Seat]) -> None:
    """Raise `SeatsNotChangeable` if a love seat would be shared with strangers. `moved`: the new seats by ticket."""
    live = list(order.tickets.live().select_related("seat", "ticket_type"))
    halves = halves_around([*(ticket.seat for ticket in live), *moved.values()])
    for session in {ticket.session_id for ticket in live if ticket.pk in moved}:
        visit = [ticket for ticket in live if ticket.session_id == session]
        before = [(ticket.seat, ticket.ticket_type) for ticket in visit]
        after = [(moved.get(ticket.pk, ticket.seat), ticket.ticket_type) for ticket in visit]
        if alone := left_behind(before, after, halves=halves):
            raise SeatsNotChangeable(
                _("These seats are sold in pairs: %(seats)s. Move both guests together.")
                % {"seats": "; ".join(map(str, alone))}
            )
