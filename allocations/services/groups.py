"""Bookings of groups: seats at a price a head, reserved until a date, paid all at once or in parts.

The seats are an unpaid order of the channel of groups, so they lapse as those of every order. What is paid for becomes
an order of its own, whose number lets its people in at the door.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.errors import ApprovalRequired
from accounts.models import User
from accounts.services import accounts_of, require_approval_above_limit
from allocations.errors import (
    GroupPriceTooLow,
    HeadcountRefused,
    HoldTimeOver,
    NoRoomForGroup,
    ReservedForGroup,
    SessionOfAnotherGroup,
)
from allocations.models import GroupBooking, GroupOrder
from allocations.services.comps import worth
from allocations.services.full_tickets import full_ticket
from allocations.services.private_sessions import make_private
from allocations.services.transfers import check_recorded, named_transfer, recorded_once
from cinema.money import ZERO, rounded
from cinema.validators import clean_reason
from orders.availability.seat_map import taken_seats
from orders.errors import NotAwaitingPayment
from orders.models import Order, Ticket
from orders.services import extend, hold, mark_paid
from orders.services.selling.hold import release_stale_holds
from payments.models import Gateway, Shift
from screenings.models import Seat, Session
from screenings.seat_choice import CHAIRS, seats_for_group

GROUP = Order.Channel.GROUP
SMALLEST_GROUP = 10  # people; whoever books fewer at a lower price gives the difference away


@dataclass(frozen=True)
class Agreed:
    """What is agreed with a group before its first seats are held."""

    contact: str
    price: Decimal
    one_free_per: int | None = None
    payer: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""


def book(
    session: Session,
    agreed: Agreed,
    *,
    people: int,
    until: datetime,
    private: bool = False,
    at: datetime,
    actor: User,
) -> GroupBooking:
    """Book seats of the session for a group, reserved until `until`, at the latest until the start.

    A `private` session is theirs alone from then on: nobody else sees it or buys seats of it, so all seats of the hall
    count as those of the group when `add_screening` looks at what it pays. Raises as `add_screening`, `ReasonNeeded`
    without the name of a contact, and `SessionNotEmpty` where others have seats of what is to be private. Owns its
    transaction.
    """
    if session.is_private:
        raise SessionOfAnotherGroup
    seats = _free_seats(session, people, at=at)
    whom = {"email": agreed.email, "phone": agreed.phone, "language": agreed.language}
    with transaction.atomic():
        booking = GroupBooking.objects.create(
            cinema=session.hall.cinema,
            contact=clean_reason(agreed.contact),
            payer=agreed.payer,
            price=agreed.price,
            one_free_per=agreed.one_free_per,
            at=at,
            actor=actor,
        )
        if private:
            make_private(session)
        _reserve(booking, session, seats, until=until, whom=whom, at=at, actor=actor)
    return booking


def add_screening(
    booking: GroupBooking, session: Session, *, people: int, until: datetime, at: datetime, actor: User
) -> Order:
    """Reserve seats of one more session for the group, on the same terms.

    What the group pays less than half of the price, also before whoever agrees to it lowered it, counts towards the
    same limit of that person as refunds. Raises `HeadcountRefused`, `HoldTimeOver`, `NoRoomForGroup`, `NoFullTicket`,
    `GroupPriceTooLow`, and as `hold`. Owns its transaction.
    """
    seats = _free_seats(session, people, at=at)
    if session.is_private and not booking.group_orders.filter(order__tickets__session=session).exists():
        raise SessionOfAnotherGroup
    with transaction.atomic():
        return _reserve(booking, session, seats, until=until, whom=_contact(booking), at=at, actor=actor)


def set_headcount(order: Order, *, people: int, at: datetime, actor: User) -> Order:
    """Keep seats for so many people: the first ones that the group has, and more beside them if it needs more.

    Another order takes the place of this one, on the same terms and until the same time. Raises `NotAwaitingPayment`
    unless it is unpaid, and as `add_screening`. Owns its transaction.
    """
    if people < 1:
        raise HeadcountRefused(None)
    _check_reserved(order)
    booking = _booking_of(order)
    session, own = _session_of(order), [ticket.seat for ticket in _tickets(order)]
    seats = own[:people]
    if people > len(own):
        seats += _free_seats(session, people - len(own), at=at)
    with transaction.atomic():
        accounts = accounts_of(actor, at=at)
        before = _given_away(booking, session, accounts)
        changed = _hold(
            booking, session, _priced(booking, seats), instead_of=order, until=order.expires_at, at=at, actor=actor
        )
        _count(_given_away(booking, session, accounts) - before, at=at, actor=actor)
        return changed


def pay(
    order: Order,
    *,
    people: int | None = None,
    gateway: str,
    reference: str = "",
    transferred_on: date | None = None,
    release_rest: bool = False,
    shift: Shift | None = None,
    at: datetime,
    actor: User,
) -> Order:
    """Record that the group has paid for so many of its people, or for all; returns the paid order.

    The others stay reserved until the same time, in an order of their own, unless they are released: of a private
    session, that may be more than one person gives away. Of a bank transfer `reference` is the number. Raises
    `NotAwaitingPayment` unless the order is unpaid, `HeadcountRefused`, `GroupPriceTooLow`, and for a transfer as
    `named_transfer`. Owns its transaction.
    """
    _check_reserved(order)
    booking, tickets = _booking_of(order), _tickets(order)
    if gateway == Gateway.BANK_TRANSFER:
        reference = named_transfer(booking, number=reference, on=transferred_on, at=at)
    if people is not None and not 0 < people <= len(tickets):
        raise HeadcountRefused(len(tickets))
    with recorded_once(reference):
        if people not in (None, len(tickets)):
            part, rest = _split(booking, tickets, people=people or 0)
            about: dict[str, Any] = {"until": order.expires_at, "at": at, "actor": actor}
            session, former, accounts = _session_of(order), order, accounts_of(actor, at=at)
            before = _given_away(booking, session, accounts)
            order = _hold(booking, session, _as_they_are(part), instead_of=former, **about)
            if not release_rest:
                whom = _contact_of(former)
                _hold(booking, session, _as_they_are(rest), whom=whom, **about)
            _count(_given_away(booking, session, accounts) - before, at=at, actor=actor)
        known = reference if gateway == Gateway.BANK_TRANSFER else f"{reference} {order.number}".strip()
        taken: dict[str, Any] = {"gateway": gateway, "amount": order.final_amount, "external_id": known, "shift": shift}
        paid = mark_paid(order, **taken, at=at, actor=actor)
        check_recorded(paid, reference)
        return paid


def check_booker(order: Order, *, actor: User) -> None:
    """Raise `ReservedForGroup` for the order of a group unless this person may book groups. Reads only."""
    if order.channel == GROUP and not actor.has_perm("allocations.book_group"):
        raise ReservedForGroup(order)


def part_of(order: Order, people: int) -> Decimal:
    """What so many people of the reserved order cost. Two queries. Reads only."""
    part, _rest = _split(_booking_of(order), _tickets(order), people=people)
    return sum((ticket.price for ticket in part), ZERO)


Prices = Sequence[tuple[Seat, Decimal]]


def _reserve(
    booking: GroupBooking,
    session: Session,
    seats: Sequence[Seat],
    *,
    until: datetime,
    whom: dict[str, str],
    at: datetime,
    actor: User,
) -> Order:
    if until <= at:
        raise HoldTimeOver
    accounts = accounts_of(actor, at=at)
    before = _given_away(booking, session, accounts)
    order = _hold(booking, session, _priced(booking, seats), whom=whom, until=until, at=at, actor=actor)
    _count(_given_away(booking, session, accounts) - before, at=at, actor=actor)
    return order


def _given_away(booking: GroupBooking, session: Session, accounts: Collection[int]) -> Decimal:
    """How much less than half of what its seats cost others the group pays for the session: down to half is an ordinary
    discount, from `SMALLEST_GROUP` people on. Of a private session, which is not sold to others, all seats of the hall
    are the group's. Price cuts by these accounts do not count.
    """
    tickets = list(
        Ticket.objects.live()
        .filter(order__group_order__booking=booking, session=session)
        .select_related("session__film", "session__hall", "seat")
    )
    if not tickets:
        return ZERO
    seats = Seat.objects.filter(hall=session.hall_id) if session.is_private else [each.seat for each in tickets]
    paid = sum((ticket.price for ticket in tickets), ZERO)
    full = worth([Ticket(session=session, seat=seat) for seat in seats], despite=accounts)
    is_group = session.is_private or len(tickets) >= SMALLEST_GROUP
    return max(ZERO, (rounded(full / 2) if is_group else full) - paid)


def _count(given: Decimal, *, at: datetime, actor: User) -> None:
    try:
        require_approval_above_limit("orders.refund", max(ZERO, given), actor=actor, approver=None, at=at)
    except ApprovalRequired:
        raise GroupPriceTooLow(given, smallest=SMALLEST_GROUP) from None


def _hold(
    booking: GroupBooking,
    session: Session,
    places: Prices,
    *,
    until: datetime,
    whom: dict[str, str] | None = None,
    instead_of: Order | None = None,
    at: datetime,
    actor: User,
) -> Order:
    kind = full_ticket(session, GROUP)
    known: dict[str, Any] = whom or (_contact_of(instead_of) if instead_of else {})
    order = hold(
        cinema=session.hall.cinema,
        tickets=[(session, seat, kind) for seat, _price in places],
        **known,
        channel=GROUP,
        instead_of=instead_of,
        agreed={seat.pk: price for seat, price in places},
        at=at,
        actor=actor,
    )
    GroupOrder.objects.create(booking=booking, order=order)
    return extend(order, until=until, at=at, actor=actor)


def _priced(booking: GroupBooking, seats: Sequence[Seat]) -> Prices:
    """The seats with their prices; the last ones are free."""
    paying = len(seats) - booking.free_of(len(seats))
    return [(seat, booking.price if number < paying else ZERO) for number, seat in enumerate(seats)]


def _as_they_are(tickets: Collection[Ticket]) -> Prices:
    return [(ticket.seat, ticket.price) for ticket in tickets]


def _split(booking: GroupBooking, tickets: Sequence[Ticket], *, people: int) -> tuple[list[Ticket], list[Ticket]]:
    """The tickets of so many people, as many of them free as come free with so many, and the others."""
    free = [ticket for ticket in tickets if not ticket.price]
    paying = [ticket for ticket in tickets if ticket.price]
    number = max(min(booking.free_of(people), len(free)), people - len(paying))
    part = [*paying[: people - number], *free[:number]]
    return part, [*paying[people - number :], *free[number:]]


def _free_seats(session: Session, people: int, *, at: datetime) -> list[Seat]:
    """The best free seats for so many people. Seats of expired orders are free, and are released here."""
    if people < 1:
        raise HeadcountRefused(None)
    seats = {seat.pk: seat for seat in Seat.objects.filter(hall=session.hall_id)}
    taken, _mine = taken_seats(session, at=at)
    found = seats_for_group(list(seats.values()), taken=taken, party=people)
    if not found:
        raise NoRoomForGroup(sum(key not in taken and seat.kind in CHAIRS for key, seat in seats.items()))
    release_stale_holds([Ticket(session=session, seat_id=key) for key in found], at=at)
    return [seats[key] for key in found]


def _tickets(order: Order) -> list[Ticket]:
    return list(order.tickets.select_related("seat").order_by("seat__row", "seat__place", "seat__number"))


def _check_reserved(order: Order) -> None:
    """Kindly, before what decides: an order that is paid or cancelled is not replaced, nor paid again."""
    if not Order.objects.filter(pk=order.pk, status__in=Order.UNPAID).exists():
        raise NotAwaitingPayment(order)


def _booking_of(order: Order) -> GroupBooking:
    return GroupOrder.objects.select_related("booking__cinema").get(order=order).booking


def _session_of(order: Order) -> Session:
    return Session.objects.select_related("hall__cinema", "film").get(tickets=order.tickets.order_by("pk")[:1])


def _contact(booking: GroupBooking) -> dict[str, str]:
    return _contact_of(Order.objects.filter(group_order__booking=booking).order_by("-pk")[0])


def _contact_of(order: Order) -> dict[str, str]:
    return {"email": order.email, "phone": order.phone, "language": order.language}
