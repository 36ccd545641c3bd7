"""Sales at the till: for cash at once, or a hold and then the money, in one part or in several, each in a transaction.

What a crash leaves between the two is an unpaid order of the box office: it is listed as an unfinished sale, is
finished or cancelled there, and lapses like every other hold.
"""

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, Required, TypedDict, Unpack
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.errors import ApprovalRequired
from accounts.models import Device, User
from accounts.services import rate_limits
from accounts.services.customer_codes import customer_of_code, paying_once
from allocations.models import CompReason
from allocations.services import check_booker, give
from boxoffice.errors import CardUnclear, GivenTooLittle, NoShift, WrongPart
from boxoffice.services.buyers import check_earner, check_recent, check_taking
from boxoffice.services.refunds import give_out
from boxoffice.services.seats import check_carers
from cinema.money import ZERO
from cinema.status import Refused
from concessions.models import ConcessionItem
from orders.errors import PromocodeUnknown
from orders.models import Order, Ticket
from orders.services import (
    CancelReason,
    cancel,
    hold,
    left_to_pay,
    mark_paid,
    record_uncertain_payment,
    resolve_payment,
    sell,
)
from orders.services.selling.hold import release_stale_holds
from payments.models import Gateway, Payment, Refund, Shift
from payments.services.cash import lock_open_shift
from payments.services.shifts import open_shift_of
from screenings.models import Cinema, Seat, Session, TicketType

Places = Iterable[tuple[Session, Seat, TicketType]]


class Wanted(TypedDict, total=False):
    """What a guest at the till wants to buy, and what they show for it."""

    places: Required[Places]
    snacks: Required[Iterable[tuple[ConcessionItem, int]]]
    promocode: str
    phone: str
    customer_code: str
    points: int  # of the account whose code is shown
    expected_total: Decimal | None
    language: str
    comp_reason: CompReason | None
    decided_by: User | None  # on complimentary tickets; without one, the cashier


def shift_of(person: User, cinema: Cinema, *, device: Device | None = None) -> Shift | None:
    """The open shift in which this person works at the cinema: their own, or else that of the drawer which everyone at
    the `device` shares. At most two queries. Reads only."""
    return open_shift_of(person, cinema.pk, shared=device.shared_drawer_id if device else None)


def shift_for_money(person: User, cinema: Cinema) -> Shift | None:
    """The shift into which this person takes money in the admin. Only whoever may count others' shifts takes money
    in none: it is listed on the page of shifts. Raises `NoShift`. Reads only.
    """
    shift = shift_of(person, cinema)
    if shift is None and not person.has_perm("payments.count_others_shift"):
        raise NoShift
    return shift


def hold_at_till(shift: Shift, *, at: datetime, actor: User, **wanted: Unpack[Wanted]) -> Order:
    """Hold what a guest at the till wants to buy; with the code that their account shows, they earn points
    and may spend `points`.

    Wrong promo codes count for the cashier. Raises as `hold`, and `NoShift`, `RateLimited`, `CustomerCodeWrong`,
    `OwnCustomerCode`, `PayingCodeNeeded`, `ColleagueCode` and `CodeTooOften`; `ChoiceRefused` for companions without a
    wheelchair space; for complimentary tickets as `give`. Owns its transaction.

    The shift is as it was read; whether it is still open decides when the money comes.
    """
    return _sold(hold, shift, at=at, actor=actor, **wanted)


def sell_for_cash(
    shift: Shift,
    *,
    given: Decimal | None,
    form: UUID | None = None,
    at: datetime,
    actor: User,
    **wanted: Unpack[Wanted],
) -> tuple[Order, Decimal]:
    """Hold as `hold_at_till` and take the cash, in one transaction; returns the order and the change.

    Without `given`, it was exact. `form` names the form, which sells once however often it is sent, unless
    nothing is to pay. Raises as `hold_at_till`, and `GivenTooLittle` and `ShiftNotOpen`; then nothing is
    held. Owns its transaction.
    """

    def check(order: Order) -> None:
        if given is not None and given < order.final_amount:
            raise GivenTooLittle(given=given, price=order.final_amount)

    reference = f"till-{form}" if form else ""
    order = _sold_by(reference, shift.cinema)
    if order is None:
        payment = {"gateway": Gateway.CASH, "shift": shift, "external_id": reference}
        sell_now = partial(sell, payment=payment, check=check)
        try:
            order = _sold(sell_now, shift, at=at, actor=actor, **wanted)
        except (Refused, IntegrityError):  # perhaps because the same form has just sold it
            order = _sold_by(reference, shift.cinema)
            if order is None:
                raise
    return order, ZERO if given is None else given - order.final_amount


def _sold_by(reference: str, cinema: Cinema) -> Order | None:
    """The order whose cash a form has booked in this cinema. One query at most."""
    if not reference:
        return None
    booked = Payment.objects.filter(gateway=Gateway.CASH, external_id=reference)
    return Order.objects.filter(payments__in=booked, cinema=cinema).first()


def _sold(take: Callable[..., Order], shift: Shift, *, at: datetime, actor: User, **wanted: Unpack[Wanted]) -> Order:
    if shift.status != Shift.Status.OPEN:
        raise NoShift
    cashier, promocode = f"staff {actor.pk}", wanted.get("promocode", "")
    code = wanted.get("customer_code", "")
    if promocode:
        rate_limits.check("promocode", person=cashier, at=at)
    customer = customer_of_code(code, at=at, actor=actor) if code else None
    if customer is not None:
        check_earner(customer, shift.cinema, at=at)
    places = list(wanted["places"])
    check_carers(places)
    points = wanted.get("points", 0)
    try:
        with paying_once(code, customer, at=at) if customer and points else nullcontext():
            return _with_reason(
                take,
                reason=wanted.get("comp_reason"),
                decided_by=wanted.get("decided_by") or actor,
                cinema=shift.cinema,
                tickets=places,
                snacks=wanted["snacks"],
                user=customer,
                points=points,
                phone=wanted.get("phone", ""),
                language=wanted.get("language", ""),
                channel=Order.Channel.BOX_OFFICE,
                promocode=promocode or None,
                expected_total=wanted.get("expected_total"),
                at=at,
                actor=actor,
            )
    except PromocodeUnknown:
        rate_limits.hit("promocode", person=cashier, at=at)
        raise


def _with_reason(
    take: Callable[..., Order], *, reason: CompReason | None, decided_by: User, at: datetime, **wanted: Any
) -> Order:
    """As `take`; complimentary tickets are recorded with their reason in the same transaction, or refused."""
    if not any(kind.sold_to == TicketType.SoldTo.TILL for _session, _seat, kind in wanted["tickets"]):
        return take(at=at, **wanted)
    release_stale_holds([Ticket(session=session, seat=seat) for session, seat, _kind in wanted["tickets"]], at=at)
    with transaction.atomic():
        order = take(at=at, **wanted)
        give(order, reason=reason, at=at, actor=decided_by)
        return order


def pay_cash(
    order: Order,
    *,
    shift: Shift,
    given: Decimal | None,
    amount: Decimal | None = None,
    form: str = "",
    at: datetime,
    actor: User,
) -> Decimal:
    """Take cash for an order into the drawer of the shift; returns the change. Without `given`, it was exact.

    The price, or an `amount` as a part of it: the last part makes the order paid. The same `form` sent again takes
    nothing. For an order that was held before, call `check_terminal` first. Raises `GivenTooLittle`, `ShiftNotOpen`,
    and as `check_taking` and `mark_paid`. Owns its transaction.
    """
    check_taking(order, at=at, actor=actor)
    price = order.final_amount if amount is None else amount
    if given is not None and given < price:
        raise GivenTooLittle(given=given, price=price)
    mark_paid(order, gateway=Gateway.CASH, amount=price, external_id=form, part=True, at=at, actor=actor, shift=shift)
    return ZERO if given is None else given - price


def card_approved(
    order: Order, *, shift: Shift, amount: Decimal | None = None, form: str = "", at: datetime, actor: User
) -> None:
    """The terminal took the price, or an `amount` as a part of it; also if nobody knew before: then what it was.
    The same `form` sent again books nothing.

    It belongs to the shift of whoever says so: the one in which it was tried may be counted. Raises as `mark_paid`, and
    `ShiftNotOpen`, and as `check_taking`. Owns its transaction.
    """
    uncertain = _uncertain(order)
    if uncertain is not None:
        approve_uncertain(uncertain, shift=shift, at=at, actor=actor)
        return
    check_taking(order, at=at, actor=actor)
    price = order.final_amount if amount is None else amount
    mark_paid(
        order, gateway=Gateway.CARD_TERMINAL, amount=price, external_id=form, part=True, at=at, actor=actor, shift=shift
    )


def approve_uncertain(payment: Payment, *, shift: Shift | None, at: datetime, actor: User) -> None:
    """The terminal took this payment: it belongs to the shift of whoever says so, or to none. Raises as
    `card_approved`. Owns its transaction."""
    check_recent(payment.order, at=at)
    with transaction.atomic():
        resolve_payment(payment, approved=True, at=at, actor=actor)
        Payment.objects.filter(pk=payment.pk).update(shift=lock_open_shift(shift) if shift else None)


def card_declined(order: Order, *, at: datetime, actor: User) -> None:
    """The terminal took no money: the order waits for another way to pay. Owns its transaction."""
    uncertain = _uncertain(order)
    if uncertain is not None:
        resolve_payment(uncertain, approved=False, at=at, actor=actor)


def card_unclear(order: Order, *, shift: Shift, amount: Decimal | None = None, at: datetime, actor: User) -> None:
    """Nobody knows whether the terminal took the money: the sale stays unfinished. Raises `AlreadyPaid`,
    `StaffOrder`, `AccountTooOften`, and `WrongPart` for nothing or more than is left to pay. Owns its transaction."""
    check_taking(order, at=at, actor=actor)
    price = order.final_amount if amount is None else amount
    with transaction.atomic():
        record_uncertain_payment(order, gateway=Gateway.CARD_TERMINAL, amount=price, shift=shift, at=at, actor=actor)
        left = left_to_pay(order)
        if not ZERO < price <= left:
            raise WrongPart(left=left)


def _uncertain(order: Order) -> Payment | None:
    return order.payments.filter(gateway=Gateway.CARD_TERMINAL, status=Payment.Status.PENDING).first()


def check_terminal(order: Order) -> None:
    """Raise `CardUnclear` while nobody knows whether the terminal took money for the order. One query. Reads only."""
    if _uncertain(order) is not None:
        raise CardUnclear


def undo(order: Order, *, shift: Shift | None = None, at: datetime, actor: User) -> list[Refund]:
    """Cancel an unfinished sale, as staff; its seats are free again, and the parts that were collected in this `shift`
    go back.

    They count as a sale that is undone. Returns these payouts; none of them above the actor's limit: they wait then, as
    other parts do, and count for whoever pays them out. Raises `CardUnclear`, and as `cancel_unpaid` and
    `mark_paid_out`. Owns its transaction.
    """
    check_terminal(order)
    with transaction.atomic():
        cancel_unpaid(order, reason=CancelReason.STAFF, at=at, actor=actor)
        if shift is None:
            return []
        try:
            with transaction.atomic():
                parts = Refund.objects.filter(order=order, payment__shift=shift)
                return give_out(parts, shift=shift, at=at, actor=actor)
        except ApprovalRequired:
            return []


def cancel_unpaid(order: Order, *, reason: str, at: datetime, actor: User) -> None:
    """Cancel an unpaid order. Raises `ReservedForGroup`, and as `cancel`. Owns its transaction."""
    check_booker(order, actor=actor)
    cancel(order, reason=reason, at=at, actor=actor)


def unfinished_sales(cinema: Cinema) -> Iterable[Order]:
    """The unpaid orders of the cinema's box office, oldest first. One query. Reads only."""
    uncertain = Q(payments__gateway=Gateway.CARD_TERMINAL, payments__status=Payment.Status.PENDING)
    rows = Order.objects.filter(cinema=cinema, status__in=Order.UNPAID)
    return rows.filter(Q(channel=Order.Channel.BOX_OFFICE) | uncertain).distinct().order_by("created_at")
