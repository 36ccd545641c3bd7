"""Tickets exchanged for another screening or other seats: a new order, whose first payment is the old ones' value.

All of it is one transaction: the old seats are released, the new ones sold, and the difference taken or given out, or
nothing is changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from math import ceil

from django.conf import settings
from django.db import transaction

from accounts.errors import ApprovalRequired
from accounts.models import User
from accounts.services import require_approval_above_limit
from allocations.services import carry_over, given_anew, is_complimentary
from boxoffice.errors import ExchangeOnAccount, ExchangeReturned, ExchangeTooLate, ScannedBefore
from boxoffice.models import Exchange
from boxoffice.services.buyers import check_buyer
from boxoffice.services.refunds import check_in_time, give_out_decided, has_started
from boxoffice.services.sales import Places
from boxoffice.services.seats import TillSeats, check_carers
from cinema.ids import valid_ids
from cinema.money import ZERO
from orders.locks import lock_orders_with_sessions
from orders.models import Order, Ticket
from orders.services import hold, mark_paid
from orders.services.refunds.refund import refund_each_locked
from orders.services.refunds.scanned import release_scanned, stated
from orders.services.selling.hold import inherit_owner, release_stale_holds
from payments.models import Gateway, Payment, Refund, Shift
from payments.services.moving import move_money
from screenings.models import Cinema, Seat, Session, TicketType
from screenings.ticket_price import quote, terms_of

SERVICE = "boxoffice.exchange"  # the name of its approval
AHEAD = timedelta(days=14)  # the sessions that are offered
SHOWN = 200
LONGEST_NOTICE = 32_767  # minutes that the column of an order takes


@dataclass(frozen=True)
class Choice:
    """One ticket, its new seat, and what it costs there."""

    ticket: Ticket
    seat: Seat
    ticket_type: TicketType
    price: Decimal


def offered_sessions(cinema: Cinema, *, at: datetime) -> list[Session]:
    """The sessions of the cinema for which tickets may be exchanged, the next ones first. One query. Reads only."""
    soon = Session.objects.on_sale(at, Order.Channel.BOX_OFFICE)
    ahead = soon.filter(hall__cinema=cinema, start_datetime__lte=at + AHEAD)
    return list(ahead.select_related("film", "hall__cinema").order_by("start_datetime", "hall__name")[:SHOWN])


def choose(seats: TillSeats, tickets: Sequence[Ticket], *, wanted: Sequence[str]) -> list[Choice]:
    """A seat for each ticket: those whose primary keys were sent, otherwise the best side by side; none if there is no
    room. At most one query. Reads only.
    """
    named = [key for each in wanted for key in valid_ids([each])]  # in the order of the tickets
    keys = [key for key in named if key in seats.by_key and key not in seats.taken]
    if len(set(keys)) < len(tickets):
        keys = seats.best(len(tickets))
    found = []
    for ticket, key in zip(tickets, keys, strict=False):
        types = seats.types_for(seat := seats.by_key[key])
        if types:
            prices = {each: seats.price(seat, each) for each in types}
            paid_for = (each for each in types if not is_complimentary(each, prices[each]))
            kind = next((each for each in types if each.pk == ticket.ticket_type_id), next(paid_for, types[0]))
            found.append(Choice(ticket, seat, kind, prices[kind]))
    return found if len(found) == len(tickets) else []


def given_away(tickets: Iterable[Ticket], places: Places) -> Decimal:
    """What complimentary tickets would cost more at these places than the ones exchanged for them. Reads only."""
    terms = terms_of({session for session, _seat, _kind in places}, Order.Channel.BOX_OFFICE)
    new = [
        Ticket(
            session=session, seat=seat, ticket_type=kind, price=quote(session, seat.kind, kind, terms[session.pk]).price
        )
        for session, seat, kind in places
    ]
    return given_anew(new, former=tickets)


def exchange(
    order: Order,
    *,
    tickets: Sequence[Ticket],
    places: Places,
    expected_total: Decimal,
    way: str,
    reason: str,
    at_fault: bool,
    shift: Shift | None,
    at: datetime,
    actor: User,
    decided_by: User | None = None,
    approver: User | None = None,
) -> tuple[Exchange, list[Refund]]:
    """Exchange paid tickets of an order for these places; returns the exchange, and what is given out at once.

    What the new ones cost more is taken in the shift in this `way` (cash or the card terminal); what they cost less
    goes back as the old ones were paid, and counts towards the same limit for one person as refunds, as do points that
    go back and what complimentary ones would cost more. `expected_total` is the price of the new ones as it was shown.
    At the guest's wish until the start of the old screening, later only if the cinema is `at_fault`, for
    `EXCHANGE_WITHIN` after its end; then, and for tickets that were ever used or have expired, the whole value counts
    towards the limit, unless there is an `approver`. Snacks stay in the old order.
    Without a shift (in the admin), money is taken as outside any shift, and what goes back in cash or on the terminal
    waits to be paid out.

    Raises `RefundTooLate`, `ExchangeTooLate`, `ReasonNeeded`, `ExchangeOnAccount`, `ExchangeReturned`, `ScannedBefore`,
    `StaffOrder`, `ChoiceRefused`, `CompReasonNeeded`, `ApprovalRequired`, and as `hold`, `refund`, `mark_paid` and
    `mark_paid_out`. Owns its transaction.
    """
    decider = decided_by or actor
    for person in {actor, decider}:
        check_buyer(order, actor=person)
    check_in_time(tickets, at_fault=at_fault, at=at)
    reason = stated(reason, at_fault=at_fault)
    wanted = list(places)
    check_carers(wanted)
    if approver is None:  # with one, a transaction is open already, which would keep those orders locked
        release_stale_holds([Ticket(session=session, seat=seat) for session, seat, _kind in wanted], at=at)
    with transaction.atomic():
        _lock_sessions({ticket.session_id for ticket in tickets} | {session.pk for session, _seat, _kind in wanted})
        [row] = lock_orders_with_sessions([order.pk])
        if row.payments.filter(gateway=Gateway.ACCOUNT, status=Payment.Status.SUCCEEDED).exists():
            raise ExchangeOnAccount
        old = Ticket.objects.filter(pk__in=[each.pk for each in tickets])
        if (was_scanned := old.admitted().exists()) and not at_fault:
            raise ScannedBefore
        if old.filter(session__end_datetime__lte=at - settings.EXCHANGE_WITHIN).exists():
            raise ExchangeTooLate
        is_late = was_scanned or has_started(old, at=at) or old.exclude(status=Ticket.Status.PAID).exists()
        [plan] = refund_each_locked([row], {row.pk: tickets}, reason=reason, at=at, actor=decider)
        if plan.refund.external_id:  # made at the gateway, and now assigned to these tickets
            raise ExchangeReturned
        gone = [line.pk for line in plan.chosen if isinstance(line, Ticket)]
        release_scanned(gone, at_fault=at_fault, at=at, actor=decider)
        refunds = [plan.refund, *plan.along]
        value = sum((each.amount for each in refunds), ZERO)
        new = _held(row, wanted, expected_total=expected_total, at=at, actor=actor)
        if not at_fault and old.filter(session__start_datetime__lte=at + row.refund_notice).exists():
            _keep_closed(new, wanted, at=at)
        given = carry_over(new, tickets=tickets, former=row, at=at, actor=decider)
        kept = min(value, new.final_amount)
        _pay(new, refunds, kept=kept, way=way, shift=shift, at=at, actor=actor)
        points = sum((line.bonus_share for line in plan.chosen), ZERO)  # they go back
        counted = (value if is_late else value - kept) + points + given
        try:
            require_approval_above_limit("orders.refund", counted, actor=decider, approver=approver, at=at)
        except ApprovalRequired:
            raise ApprovalRequired(SERVICE) from None
        new.refresh_from_db()  # it was paid
        done = Exchange.objects.create(order=row, new_order=new, value=value, reason=reason, actor=decider, at=at)
        return done, give_out_decided(row, shift=shift, at=at, actor=actor) if shift else []


def _held(order: Order, places: Places, *, expected_total: Decimal, at: datetime, actor: User) -> Order:
    """The new order, of the same customer: who entered its address, or claimed it, is on record as with the old one."""
    new = hold(
        cinema=order.cinema,
        tickets=places,
        user=order.user,
        email=order.email,
        phone=order.phone,
        language=order.language,
        channel=Order.Channel.BOX_OFFICE,
        expected_total=expected_total,
        at=at,
        actor=actor,
    )
    inherit_owner(new, former=order)
    return new


def _keep_closed(order: Order, places: Places, *, at: datetime) -> None:
    """Close the customer's own refunds of the new tickets now, since those of the old ones were closed: otherwise an
    exchange shortly before the start would open them again."""
    last = max(session.start_datetime for session, _seat, _kind in places)
    order.refund_notice_minutes = min(ceil((last - at) / timedelta(minutes=1)), LONGEST_NOTICE)
    order.save(update_fields=["refund_notice_minutes"])


def _pay(
    order: Order, refunds: Sequence[Refund], *, kept: Decimal, way: str, shift: Shift | None, at: datetime, actor: User
) -> None:
    def pay(gateway: str, amount: Decimal, external_id: str) -> object:
        book = partial(mark_paid, order, part=True, at=at, actor=actor)
        return book(gateway=gateway, amount=amount, external_id=external_id)

    if kept:
        move_money(refunds, amount=kept, pay=pay, at=at)
    if (left := order.final_amount - kept) or not order.final_amount:
        gateway = Gateway.CARD_TERMINAL if way == Gateway.CARD_TERMINAL else Gateway.CASH
        mark_paid(order, gateway=gateway, amount=left, part=True, at=at, actor=actor, shift=shift)


def _lock_sessions(keys: set[int]) -> None:
    """Old and new ones before any order, by id; see orders/locks.py."""
    rows = Session.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys)
    list(rows.order_by("pk").values_list("pk"))
