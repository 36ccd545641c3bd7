"""Partners sell through the services of the shop; a request that is sent again is answered from the first time.

What a request did and the row of its Idempotency-Key are saved in one transaction, so that neither exists without the
other. Two requests with one key at once: the second waits for the first, and then finds its row.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from accounts.services import rate_limits
from cinema.money import ZERO
from concessions.models import ConcessionItem, ConcessionPreorder
from integrations.errors import HoldLapsed, IdempotencyKeyReused, PartnerHoldsTooMuch, RefundedAlready
from integrations.models import ApiRequest, Partner
from orders.availability.seat_map import SeatMap
from orders.errors import PromocodeUnknown, SeatChosenTwice, SnackNotSold, TicketTypeNotSold
from orders.locks import lock_order
from orders.models import Order, OrderChange, OrderLine, RefundLine, Ticket
from orders.services import (
    Buyer,
    cancel_by_customer,
    hold_online,
    left_to_pay,
    mark_paid,
    refund_by_customer,
    refundable_by_customer,
)
from orders.services.refunds.by_customer import TooLateToRefund
from orders.services.selling.hold import release_stale_holds
from payments.models import Gateway, Payment, Refund
from screenings.models import Session


@dataclass(frozen=True)
class Wanted:
    """What a partner wants to hold: seats and ticket types, and snacks with their quantities, by primary keys."""

    session: Session
    seats: Sequence[tuple[int, int]]
    snacks: Sequence[tuple[int, int]]
    email: str
    phone: str = ""
    language: str = ""
    promocode: str = ""
    expected_total: Decimal | None = None


def hold_for_partner(partner: Partner, wanted: Wanted, *, key: str, body: Any, at: datetime) -> Order:
    """Hold seats and snacks by the rules of the shop, or return the order that the key held before.

    Raises what `hold_online` raises and `PartnerHoldsTooMuch`, and then the key is free; `HoldLapsed` if the order of
    the key was cancelled or its time is over, and `IdempotencyKeyReused` if the key belongs to another request. Owns
    its transaction.
    """
    if (order := held_before(partner, key=key, body=body, at=at)) is not None:
        return order
    rate_limits.hit("api_hold", person=f"partner {partner.pk}", at=at)
    release_stale_holds([Ticket(session=wanted.session, seat_id=seat) for seat, _type in wanted.seats], at=at)
    if wanted.promocode:
        rate_limits.check("promocode", person=f"partner {partner.pk}", at=at)
    try:
        done = _once(partner, key, body, lambda row: _hold(row, partner, wanted, at=at), at=at)
    except PromocodeUnknown:  # counted after the transaction, which takes back what is counted inside
        rate_limits.hit("promocode", person=f"partner {partner.pk}", at=at)
        raise
    return _held_before(done, at=at)


def held_before(partner: Partner, *, key: str, body: Any, at: datetime) -> Order | None:
    """The order that this request made when it was sent before; raises as `hold_for_partner` does. Reads only."""
    row = _known(partner, key, body)
    return None if row is None else _held_before(row, at=at)


def refund_for_partner(
    partner: Partner, order: Order, *, tickets: Sequence[int] | None, key: str, body: Any, at: datetime
) -> Refund:
    """Refund tickets of the partner's order by the rules for customers, or all that they allow, snacks included.

    Raises what `refund_by_customer` raises, `RefundedAlready` if all these tickets were refunded before, and
    `IdempotencyKeyReused` if the key belongs to another request. Owns its transaction.
    """
    done = _known(partner, key, body)
    if done is None:
        done = _once(partner, key, body, lambda row: _refund(row, order, tickets, at=at), at=at)
    if done.refund is None:
        raise IdempotencyKeyReused
    return done.refund


def pay_on_account(order: Order, *, at: datetime) -> Decimal:
    """Book what is left to pay of the partner's order on its account; returns what stands there for it.

    One that is paid already stays as it is: what a gift card or a gateway paid is not owed. Raises `HoldLapsed` if it
    was cancelled. Owns its transaction.
    """
    with transaction.atomic():
        row = lock_order(order)
        if row.status == Order.Status.CANCELLED:
            raise HoldLapsed(row.number)
        number = f"account-{row.number}"
        if row.status in Order.UNPAID:
            mark_paid(row, gateway=Gateway.ACCOUNT, amount=left_to_pay(row), external_id=number, at=at)
        booked = Payment.objects.filter(gateway=Gateway.ACCOUNT, external_id=number, status=Payment.Status.SUCCEEDED)
        return sum(booked.values_list("amount", flat=True), ZERO)


def owed_on_account(partner: Partner, *, since: datetime, until: datetime | None) -> Decimal:
    """What the partner sold on account in [since, until), less what was refunded then. Two queries. Reads only."""
    ours = Order.objects.filter(api_requests__partner=partner).values("pk")
    within = {"succeeded_at__gte": since, **({"succeeded_at__lt": until} if until else {})}
    paid = Payment.objects.filter(gateway=Gateway.ACCOUNT, status=Payment.Status.SUCCEEDED, order__in=ours, **within)
    back = Refund.objects.filter(
        payment__gateway=Gateway.ACCOUNT, status=Refund.Status.SUCCEEDED, order__in=ours, **within
    )
    total: Decimal = paid.aggregate(sum=Sum("amount", default=ZERO))["sum"]
    returned: Decimal = back.aggregate(sum=Sum("amount", default=ZERO))["sum"]
    return total - returned


def cancel_for_partner(order: Order, *, at: datetime) -> None:
    """Cancel an unpaid order of the partner; one that is cancelled already stays so.

    Raises `ForbiddenMove` if it is paid. Owns its transaction.
    """
    if order.status != Order.Status.CANCELLED:
        cancel_by_customer(order, at=at)


def _once(partner: Partner, key: str, body: Any, act: Callable[[ApiRequest], None], *, at: datetime) -> ApiRequest:
    """Do what the key asks for and store its row in one transaction; if another request was faster, return its row."""
    row = ApiRequest(partner=partner, key=_of_key(key), digest=_digest(body), at=at)
    with transaction.atomic():
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            row = ApiRequest.objects.select_related("order", "refund").get(partner=partner, key=row.key)
            return _same(row, body)
        act(row)
        row.save()
    return row


def _hold(row: ApiRequest, partner: Partner, wanted: Wanted, *, at: datetime) -> None:
    seat_map = SeatMap(wanted.session, at=at)
    types = {each.pk: each for each in seat_map.types}
    seats = seat_map.chosen([str(seat) for seat, _type in wanted.seats])
    type_of = dict(wanted.seats)
    if len(type_of) < len(wanted.seats):
        raise SeatChosenTwice(_("A seat was selected twice. Select each seat once."))
    if not set(type_of.values()) <= types.keys():
        raise TicketTypeNotSold(_("One of these ticket types is not sold for the screening."))
    row.order = hold_online(
        seat_map,
        places=[(seat, types[type_of[seat.pk]]) for seat in seats],
        snacks=_snacks(wanted),
        buyer=Buyer(
            visitor=f"partner {partner.pk} {row.key}",
            address=None,
            email=wanted.email,
            phone=wanted.phone,
            language=wanted.language,
        ),
        promocode=wanted.promocode,
        expected_total=wanted.expected_total,
        at=at,
    )
    OrderChange.objects.create(order=row.order, kind=OrderChange.Kind.PARTNER, at=at)
    _check_held(partner, wanted, at=at)


def _check_held(partner: Partner, wanted: Wanted, *, at: datetime) -> None:
    """Raise `PartnerHoldsTooMuch` if these seats and snacks and its earlier holds are above the limits of a partner.

    Its holds at the same time wait here for each other: the row is locked last, as whatever many sales share is. Three
    queries.
    """
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    own = Order.objects.held(at).filter(api_requests__partner=partner).values("pk")
    held = Ticket.objects.filter(status=Ticket.Status.RESERVED, order__in=own)
    counts = held.aggregate(all=Count("pk"), here=Count("pk", filter=Q(session=wanted.session)))
    more = len(wanted.seats)
    here, everywhere = settings.HELD_SEATS["partner_session"], settings.HELD_SEATS["partner"]
    if counts["here"] + more > here or counts["all"] + more > everywhere:
        raise PartnerHoldsTooMuch
    ordered = ConcessionPreorder.objects.filter(status=ConcessionPreorder.Status.PENDING, order__in=own)
    pieces = ordered.aggregate(all=Sum("quantity", default=0))["all"]
    if pieces + sum(quantity for _item, quantity in wanted.snacks) > settings.HELD_SNACKS["partner"]:
        raise PartnerHoldsTooMuch


def _snacks(wanted: Wanted) -> list[tuple[ConcessionItem, int]]:
    items = ConcessionItem.objects.on_sale().filter(cinema=wanted.session.hall.cinema_id)
    found = items.in_bulk([item for item, _quantity in wanted.snacks])
    if found.keys() != {item for item, _quantity in wanted.snacks}:
        raise SnackNotSold(_("One of these snacks is not sold here now."))
    return [(found[item], quantity) for item, quantity in wanted.snacks]


def _refund(row: ApiRequest, order: Order, tickets: Sequence[int] | None, *, at: datetime) -> None:
    asked: list[OrderLine] = list(order.tickets.all())
    lines = refundable_by_customer(order, at=at)
    if tickets is not None:
        lines = asked = [ticket for ticket in asked if ticket.pk in tickets]
    try:
        row.order, row.refund = order, refund_by_customer(order, lines=lines, at=at)
    except TooLateToRefund:
        back = RefundLine.objects.filter(ticket__in=[line.pk for line in asked])
        if asked and back.count() == len(asked):
            raise RefundedAlready from None
        raise


def _known(partner: Partner, key: str, body: Any) -> ApiRequest | None:
    row = ApiRequest.objects.select_related("order", "refund").filter(partner=partner, key=_of_key(key)).first()
    return None if row is None else _same(row, body)


def _same(row: ApiRequest, body: Any) -> ApiRequest:
    if row.digest != _digest(body):
        raise IdempotencyKeyReused
    return row


def _held_before(row: ApiRequest, *, at: datetime) -> Order:
    order = row.order
    if order is None or row.refund_id is not None:
        raise IdempotencyKeyReused
    order.refresh_from_db()
    is_expired = Order.objects.expired(at).filter(pk=order.pk).exists()  # a job cancels it within a minute
    if is_expired or order.status == Order.Status.CANCELLED:
        raise HoldLapsed(order.number)
    return order


def _of_key(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _digest(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()
