"""House holds: seats that the house keeps for a reason, until a time or until somebody releases them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.models import User
from allocations.errors import HoldTimeOver, KeptTooLong
from allocations.models import HouseHold
from allocations.services.full_tickets import full_ticket
from cinema.validators import clean_reason
from orders.models import Order, Ticket
from orders.queries import taken_tickets
from orders.services import CancelReason, cancel, extend, hold
from orders.services.selling.hold import release_stale_holds
from screenings.models import Seat, Session, TicketType

HOUSE = Order.Channel.HOUSE
EXTENDED_AT_MOST = timedelta(days=2)  # an unpaid order, by whoever may not keep seats for the house
#: Orders that keep seats or kept them; once somebody has paid, an order is a guest's as any other.
OF_THE_HOUSE = Q(channel=HOUSE, paid_at__isnull=True)


def keep(
    session: Session,
    *,
    seats: Collection[Seat],
    reason: str,
    until: datetime | None = None,
    at: datetime,
    actor: User,
) -> HouseHold:
    """Keep seats of the session for the house until `until`, at the latest until the start; without it, until
    `HOUSE_HOLDS_END` before the start, or until the start once that is over.

    The seats have their full price, so that they can be sold as they are. Raises `ReasonNeeded`, `HoldTimeOver`,
    `NoFullTicket`, and as `hold`. Owns its transaction.
    """
    reason = clean_reason(reason)
    start = session.start_datetime
    default = start - settings.HOUSE_HOLDS_END
    until = min(until or (default if default > at else start), start)
    if until <= at < start:
        raise HoldTimeOver
    full = full_ticket(session, HOUSE)
    release_stale_holds([Ticket(session=session, seat=seat) for seat in seats], at=at)
    with transaction.atomic():
        return _held([(session, seat, full) for seat in seats], until=until, reason=reason, at=at, actor=actor)


def release(house_hold: HouseHold, *, seats: Collection[Seat] | None = None, at: datetime, actor: User) -> None:
    """Put seats of the hold back on sale: these, or all; the others stay kept as they were.

    Raises `ForbiddenMove` if the order was paid or cancelled in the meantime. Owns its transaction.
    """
    order = house_hold.order
    tickets = order.tickets.select_related("session__hall__cinema", "seat", "ticket_type")
    gone = {seat.pk for seat in seats} if seats is not None else None
    kept = [each for each in tickets if gone is not None and each.seat_id not in gone]
    with transaction.atomic():
        if not kept:
            cancel(order, reason=CancelReason.STAFF, at=at, actor=actor)
            return
        places = [(each.session, each.seat, each.ticket_type) for each in kept]
        about: dict[str, Any] = {"reason": house_hold.reason, "at": at, "actor": actor}
        _held(places, until=order.expires_at, instead_of=order, **about)


def kept_seats(session: Session, *, at: datetime) -> list[Ticket]:
    """The tickets that keep seats of the session for the house at `at`, each with its order, house hold and seat. One
    query. Reads only.
    """
    kept = taken_tickets(at).filter(session=session, order__channel=HOUSE, status=Ticket.Status.RESERVED)
    return list(kept.select_related("order__house_hold", "order__cinema", "seat").order_by("order", "seat"))


def _held(
    places: Collection[tuple[Session, Seat, TicketType]],
    *,
    until: datetime,
    reason: str,
    instead_of: Order | None = None,
    at: datetime,
    actor: User,
) -> HouseHold:
    cinema = next(iter(places))[0].hall.cinema
    order = hold(cinema=cinema, tickets=places, channel=HOUSE, instead_of=instead_of, at=at, actor=actor)
    order = extend(order, until=until, at=at, actor=actor)
    return HouseHold.objects.create(order=order, reason=reason, at=at, actor=actor)


def check_extension(*, until: datetime, at: datetime, actor: User) -> None:
    """Raise `KeptTooLong` for somebody who may not keep seats and would, by extending an unpaid order. Reads only."""
    if until > at + EXTENDED_AT_MOST and not actor.has_perm("allocations.keep_seats"):
        raise KeptTooLong(EXTENDED_AT_MOST)
