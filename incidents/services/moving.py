"""Moves sessions with sales to another hall or another time, or lets two of them swap halls."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from accounts.services import require_approval_above_limit
from cinema.money import ZERO
from cinema.validators import clean_reason
from incidents.errors import NothingToChange, PreviewOutdated, ScreeningBegun
from incidents.models import ConcernedOrder, Incident, MovedTicket
from incidents.seat_plans import plan_seats
from incidents.services.recording import NOTICEABLE, RECORDED_WITHIN, UNEXPLAINED, Explanation, record
from incidents.services.telling import Told, showings_before, tell_changed
from orders.locks import lock_orders
from orders.models import Order, OrderChange, Ticket
from orders.reasons import Reason
from orders.services import CancelReason, cancel_locked
from orders.services.refunds.by_session import SERVICE, lines_lost
from orders.services.refunds.refund import refund_each_locked
from orders.services.visits.moved_sessions import follow_sessions_locked, reseat_locked
from screenings.models import Seat, Session
from screenings.services import broken_seats
from screenings.services.relocation import Place, lock_for_relocation, relocate, relocated


@dataclass(frozen=True)
class MovePreview:
    """What a move would do: each session before and after, the tickets that get another seat, and the parties for which
    there is none, whose tickets are given back. `counted` is what counts for whoever decides it: that money, and the
    tickets that nobody scanned of sessions that have begun, whose guests may return them by links. A ticket that is
    sold in the meantime and finds a seat does not change the digest.
    """

    sessions: Sequence[tuple[Session, Session]]
    seats: Mapping[int, Seat] = field(default_factory=dict)
    tickets: Sequence[Ticket] = ()
    left: Sequence[Ticket] = ()
    orders: int = 0
    unreachable: int = 0
    money: Decimal = ZERO
    counted: Decimal = ZERO

    @property
    def digest(self) -> str:
        places = [
            [before.pk, before.film_id, before.hall_id, before.start_datetime, after.hall_id, after.start_datetime]
            for before, after in self.sessions
        ]
        facts = [places, sorted(ticket.pk for ticket in self.left), str(self.money)]
        return hashlib.sha256(repr(facts).encode()).hexdigest()

    @property
    def changed_seats(self) -> list[tuple[Seat, Seat]]:
        """The former and the new seat of each ticket whose row or number changes."""
        pairs = [(ticket.seat, self.seats[ticket.pk]) for ticket in self.tickets if ticket.pk in self.seats]
        return [(old, new) for old, new in pairs if (old.row, old.number) != (new.row, new.number)]


def preview_move(sessions: Sequence[Session], places: Mapping[int, Place], *, at: datetime) -> MovePreview:
    """Raises `NothingToChange`, `ScreeningBegun`, and as `relocated`. A constant number of queries. Reads only."""
    if all(_stays(each, places[each.pk]) for each in sessions):
        raise NothingToChange
    ordered = sorted(sessions, key=lambda each: each.pk)
    moved = relocated(ordered, places, at=at)
    begun = _begun(ordered, moved, at=at)
    tickets = list(
        Ticket.objects.live()
        .filter(session__in=[each.pk for each in ordered])
        .select_related("seat", "order")
        .order_by("pk")
    )
    seats, left = _seated(ordered, moved, tickets)
    gone = {ticket.pk for ticket in left}
    may_go = gone | {each.pk for each in tickets if each.session_id in begun}
    if begun:
        may_go -= set(Ticket.objects.filter(session__in=begun).admitted().values_list("pk", flat=True)) - gone
    orders = {ticket.order_id: ticket.order for ticket in tickets}
    return MovePreview(
        sessions=list(zip(ordered, moved, strict=True)),
        seats=seats,
        tickets=[ticket for ticket in tickets if ticket.pk not in gone],
        left=left,
        orders=len(orders),
        unreachable=sum(not each.recipient and each.channel != Order.Channel.HOUSE for each in orders.values()),
        money=_money_of(left),
        counted=_money_of([ticket for ticket in tickets if ticket.pk in may_go]),
    )


def _begun(sessions: Sequence[Session], moved: Sequence[Session], *, at: datetime) -> set[int]:
    """Those that have begun and would begin again at another time. Raises `ScreeningBegun`."""
    pairs = zip(sessions, moved, strict=True)
    begun = [old for old, new in pairs if old.start_datetime <= at and old.start_datetime != new.start_datetime]
    if any(at > each.start_datetime + RECORDED_WITHIN for each in begun):
        raise ScreeningBegun
    return {each.pk for each in begun}


def _money_of(tickets: Sequence[Ticket]) -> Decimal:
    """What goes back if these tickets do. At most four queries."""
    lost: defaultdict[int, list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        if ticket.order.status in Order.SOLD:
            lost[ticket.order_id].append(ticket)
    return sum((line.paid for lines in lines_lost(lost).values() for line in lines), ZERO)


def move(
    sessions: Sequence[Session],
    places: Mapping[int, Place],
    *,
    kind: str = Incident.Kind.MOVED,
    reason: str,
    told: Explanation = UNEXPLAINED,
    digest: str = "",
    at: datetime,
    actor: User | None = None,
) -> Incident:
    """Move sessions of one cinema to their places (by primary key), all or none, with everybody who has a ticket.

    Tickets keep their number, price and code, and get the nearest equal seat of the new hall. Parties for which there
    is none are refunded. Unpaid orders, snacks and reminders follow. All are told, with a link to keep or to return the
    tickets unless they only start less than `NOTICEABLE` earlier or later in their halls. `digest` is that of the
    preview; without one nothing is compared.

    Raises `ReasonNeeded`, `NothingToChange`, `ScreeningBegun`, `PreviewOutdated`, `ApprovalRequired` if what counts is
    above the actor's limit, `PaymentDisputed` for a refund while a bank decides, and what `relocated` raises. Owns its
    transaction. A constant number of queries.
    """
    reason = clean_reason(reason)
    if not sessions:
        raise NothingToChange
    with transaction.atomic():
        rows = lock_for_relocation(sessions, places)
        live = Ticket.objects.live().filter(session__in=[each.pk for each in rows])
        orders = {each.pk: each for each in lock_orders(set(live.order_by().values_list("order", flat=True)))}
        shown = preview_move(rows, places, at=at)
        if digest and shown.digest != digest:
            raise PreviewOutdated
        incident = record(
            kind,
            rows[0].hall.cinema,
            rows,
            orders=orders,
            reason=reason,
            told=told,
            at=at,
            actor=actor,
            refund_until=_refund_until(shown.sessions),
        )
        was = showings_before(orders.values(), sessions=rows)
        returned = _give_back(shown.left, orders, at=at, actor=actor)
        relocate([after for _before, after in shown.sessions], at=at, actor=actor)
        _keep_former_seats(incident, [*shown.tickets, *shown.left], shown)
        reseat_locked([ticket for ticket in shown.tickets if ticket.pk in shown.seats], shown.seats)
        follow_sessions_locked(orders)
        tell_changed(incident, orders.values(), was=was, returned=returned, at=at)
        # Last, as the order of locks has it: the user's row comes after all others.
        require_approval_above_limit(SERVICE, shown.counted, actor=actor, approver=None, at=at)
    return incident


def swapped(one: Session, other: Session) -> dict[int, Place]:
    """The places of two sessions that swap halls and keep their times. Reads only."""
    return {one.pk: Place(other.hall, one.start_datetime), other.pk: Place(one.hall, other.start_datetime)}


def _refund_until(pairs: Sequence[tuple[Session, Session]]) -> datetime | None:
    """The latest start, before and after; None where no session has another hall or a `NOTICEABLE` change of time."""
    changes = [(old.hall_id != new.hall_id, abs(new.start_datetime - old.start_datetime)) for old, new in pairs]
    if not any(hall or time >= NOTICEABLE for hall, time in changes):
        return None
    return max(max(old.start_datetime, new.start_datetime) for old, new in pairs)


def _stays(session: Session, place: Place) -> bool:
    return (session.hall_id, session.start_datetime) == (place.hall.pk, place.start) and not place.shorter_by


def _seated(
    sessions: Sequence[Session], moved: Sequence[Session], tickets: Sequence[Ticket]
) -> tuple[dict[int, Seat], list[Ticket]]:
    """The new seats by ticket, and the tickets without any. Two queries if a session changes its hall, else none."""
    pairs = [(old, new) for old, new in zip(sessions, moved, strict=True) if old.hall_id != new.hall_id]
    if not pairs:
        return {}, []
    halls: defaultdict[int, list[Seat]] = defaultdict(list)
    for seat in Seat.objects.filter(hall__in={each.hall_id for pair in pairs for each in pair}).order_by("pk"):
        halls[seat.hall_id].append(seat)
    broken = broken_seats([new for _old, new in pairs])
    seats: dict[int, Seat] = {}
    left: list[Ticket] = []
    for old, new in pairs:
        parties: defaultdict[int, list[Ticket]] = defaultdict(list)
        for ticket in tickets:
            if ticket.session_id == old.pk:
                parties[ticket.order_id].append(ticket)
        usable = [seat for seat in halls[new.hall_id] if seat.pk not in broken[new.pk]]
        plan = plan_seats(parties, former=halls[old.hall_id], free=usable)
        seats |= plan.seats
        left += [ticket for order in sorted(plan.left) for ticket in parties[order]]
    return seats, left


def _give_back(
    left: Sequence[Ticket], orders: Mapping[int, Order], *, at: datetime, actor: User | None
) -> dict[int, Told]:
    """Cancel the unpaid orders of these tickets, and refund the sold ones; what each gets back."""
    lost: defaultdict[int, list[Ticket]] = defaultdict(list)
    for ticket in left:
        lost[ticket.order_id].append(ticket)
    unpaid = [orders[key] for key in sorted(lost) if orders[key].status in Order.UNPAID]
    sold = [orders[key] for key in sorted(lost) if orders[key].status in Order.SOLD]
    if unpaid:
        cancel_locked(unpaid, reason=CancelReason.SESSION_MOVED, at=at, actor=actor, notify=False)
    if not sold:
        return {}
    wanted = lines_lost({order.pk: lost[order.pk] for order in sold})
    plans = refund_each_locked(sold, wanted, reason=Reason.SESSION_MOVED, at=at, actor=actor)
    return Told.of(plans)


def _keep_former_seats(incident: Incident, tickets: Sequence[Ticket], shown: MovePreview) -> None:
    """A row for each ticket whose seat changes or is lost, and a line in its order's timeline. Four queries."""
    rows = dict(ConcernedOrder.objects.filter(incident=incident).values_list("order", "pk"))
    gone = {ticket.pk for ticket in shown.left}
    MovedTicket.objects.bulk_create(
        [
            MovedTicket(concerned_id=rows[ticket.order_id], ticket=ticket, seat_id=ticket.seat_id)
            for ticket in tickets
            if ticket.pk in shown.seats or ticket.pk in gone
        ],
        batch_size=500,
    )
    _note_on_orders(incident, shown)
    without = [rows[key] for key in {ticket.order_id for ticket in shown.left}]
    ConcernedOrder.objects.filter(pk__in=without).update(answer=ConcernedOrder.Answer.NO_SEAT)


def _note_on_orders(incident: Incident, shown: MovePreview) -> None:
    moves: defaultdict[int, list[str]] = defaultdict(list)
    for ticket in shown.tickets:
        if ticket.pk in shown.seats:
            moves[ticket.order_id].append(f"{ticket.seat} → {shown.seats[ticket.pk]}")
    OrderChange.objects.bulk_create(
        [
            OrderChange(
                order_id=order,
                kind=OrderChange.Kind.SEATS,
                at=incident.at,
                actor=incident.actor,
                reason=incident.reason,
                details="\n".join(lines),
            )
            for order, lines in sorted(moves.items())
        ],
        batch_size=500,
    )
