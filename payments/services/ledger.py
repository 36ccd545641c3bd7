"""Records payments and refunds, and computes what is left of them. Callers lock the order first."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from accounts.models import User
from cinema.money import ZERO, split
from cinema.status import start_as, transition
from payments.gift_cards import cards_of, number_of, put_back
from payments.models import MANUAL_GATEWAYS, OWN_BOOKS, CashMovement, Gateway, Payment, Refund, Shift
from payments.services.cash import book, lock_open_shift

#: How long after a payment the gateway is first asked whether it was refunded there.
FIRST_REFUND_CHECK = timedelta(hours=1)


@dataclass
class Balance:
    """What is left of each successful payment of an order, by the payment's primary key.

    Pending refunds are deducted, and so are failed ones, which are still owed.
    """

    left: dict[int, Decimal] = field(default_factory=dict)

    @property
    def kept(self) -> Decimal:
        return sum(self.left.values(), ZERO)

    def shares(self, amount: Decimal) -> list[tuple[int, Decimal]]:
        """The amount split over the payments in proportion to what is left of each, never more than that.

        Raises `ValueError` if nothing is left.
        """
        payments = sorted(self.left)
        parts = zip(payments, split(amount, [max(self.left[each], ZERO) for each in payments]), strict=True)
        return [(payment, part) for payment, part in parts if part]

    def payment_with(self, amount: Decimal) -> int | None:
        """The latest payment of which at least `amount` is left, or None."""
        return next((payment for payment, left in sorted(self.left.items(), reverse=True) if left >= amount), None)


def balances(orders: Collection[int]) -> dict[int, Balance]:
    """The balance of each order, by primary key. One query. Reads only."""
    found: defaultdict[int, Balance] = defaultdict(Balance)
    paid = Payment.objects.filter(order__in=orders, status=Payment.Status.SUCCEEDED).annotate(
        back=Sum("refunds__amount")
    )
    for payment, order, amount, back in paid.order_by("pk").values_list("pk", "order_id", "amount", "back"):
        found[order].left[payment] = amount - (back or ZERO)
    return found


def balance_of(order: int) -> Balance:
    """The balance of one order. One query. Reads only."""
    return balances([order])[order]


def record_success(
    *,
    order: int,
    gateway: str,
    amount: Decimal,
    external_id: str,
    at: datetime,
    actor: User | None = None,
    shift: Shift | None = None,
) -> Payment | None:
    """Record a successful payment, once for each `external_id`; returns None if it is already recorded.

    An open payment with the same id is marked as succeeded, with the amount that was really paid. Cash that is taken in
    a `shift` goes into its drawer; raises `ShiftNotOpen`. Must be called inside a transaction (the order is locked).
    """
    if external_id:
        existing = (
            Payment.objects.select_for_update(of=("self",)).filter(gateway=gateway, external_id=external_id).first()
        )
        if existing is not None:
            if existing.status == Payment.Status.SUCCEEDED or existing.order_id != order:
                return None
            transition(
                [existing],
                Payment.Status.SUCCEEDED,
                amount=amount,
                succeeded_at=at,
                next_poll_at=None if gateway in OWN_BOOKS else at + FIRST_REFUND_CHECK,
            )
            return existing
    row = None if shift is None else lock_open_shift(shift)
    payment = Payment.objects.create(
        order_id=order,
        gateway=gateway,
        external_id=external_id,
        amount=amount,
        status=Payment.Status.SUCCEEDED,
        created_at=at,
        succeeded_at=at,
        next_poll_at=None if gateway in MANUAL_GATEWAYS | OWN_BOOKS else at + FIRST_REFUND_CHECK,
        actor=actor,
        shift=row,
    )
    if row is not None and gateway == Gateway.CASH:
        book(row.drawer, kind=CashMovement.Kind.SALE, amount=amount, shift=row, payment=payment, at=at, actor=actor)
    return payment


def unsaved_refunds(order: int, balance: Balance, *, amount: Decimal, at: datetime, **fields: Any) -> list[Refund]:
    """The refund of `amount` to be sent, and for each further payment of the order the part that goes along with it.

    Each payment is paid back in proportion to what is left of it. A refund of 0 needs no sending. The caller checks
    what is left, and saves them with `save_refunds`. Reads only.
    """
    shares: list[tuple[int | None, Decimal]] = [*balance.shares(amount)] if amount else [(None, ZERO)]
    status = Refund.Status.REQUESTED if amount else Refund.Status.SUCCEEDED
    stamps = {"status": status, "requested_at": at, "succeeded_at": None if amount else at}
    refunds = [Refund(order_id=order, payment_id=payment, amount=part, **stamps, **fields) for payment, part in shares]
    for other in refunds[1:]:
        other.along_with = refunds[0]
    return refunds


def save_refunds(refunds: Iterable[Refund]) -> None:
    """Save the new ones of these refunds, each before those that go along with it. At most two queries.

    Must be called inside a transaction (the orders are locked).
    """
    new = [refund for refund in refunds if refund.pk is None]
    Refund.objects.bulk_create([refund for refund in new if refund.along_with is None])
    others = [refund for refund in new if refund.along_with is not None]
    for other in others:
        other.along_with = other.along_with  # its key is known by now
    if others:
        Refund.objects.bulk_create(others)


def return_parts(orders: Collection[int], *, reason: str, at: datetime) -> list[Refund]:
    """Request the return of every part that was collected for orders that were given up; what a gift card had paid is
    back on it at once. They have no actor, whoever gave the orders up, so they count for whoever gives them out. A
    query, or up to nine.

    Must be called inside a transaction (the orders are locked).
    """
    refunds = [
        Refund(order_id=order, payment_id=payment, amount=left, reason=reason, requested_at=at)
        for order, balance in balances(orders).items()
        for payment, left in balance.left.items()
        if left
    ]
    if not refunds:
        return []
    Payment.objects.filter(pk__in=[refund.payment_id for refund in refunds]).update(is_part=False)
    cards = cards_of(refunds)
    by_card = [refund for refund in refunds if refund.payment_id in cards]
    for refund in by_card:
        start_as([refund], Refund.Status.SUCCEEDED, external_id=number_of(refund), succeeded_at=at)
    save_refunds(refunds)
    if by_card:
        put_back(by_card, cards)
    return refunds


def request_refund(
    payment: Payment, *, amount: Decimal, reason: str, at: datetime, actor: User | None = None
) -> Refund:
    """Request a refund of `amount`; the caller must check that this much of the payment is left.

    Must be called inside a transaction (the order is locked).
    """
    return Refund.objects.create(
        order_id=payment.order_id, payment=payment, amount=amount, reason=reason, requested_at=at, actor=actor
    )


def record_outside_refund(
    order: int, payment: int, *, amount: Decimal, external_id: str, awaits_lines: bool, at: datetime
) -> Refund:
    """Record a refund that was made outside. One that `awaits_lines` covers a part of the order: staff say which.

    Must be called inside a transaction (the order is locked).
    """
    return Refund.objects.create(
        order_id=order,
        payment_id=payment,
        amount=amount,
        status=Refund.Status.SUCCEEDED,
        external_id=external_id,
        unallocated_amount=amount if awaits_lines else ZERO,
        requested_at=at,
        succeeded_at=at,
    )


def refunds_awaiting_lines(orders: Collection[int]) -> dict[int, list[Refund]]:
    """The refunds of each order that were made outside and wait for their lines, oldest first. One query. Reads only.

    An order without any has an empty list.
    """
    found: defaultdict[int, list[Refund]] = defaultdict(list)
    for part in Refund.objects.awaiting_lines().filter(order__in=orders).order_by("pk"):
        found[part.order_id].append(part)
    return found


def allocate(price: Decimal, parts: Iterable[Refund]) -> Decimal:
    """How much of `price` these refunds returned outside already. Uses up their `unallocated_amount`, in this order.

    Must be called inside a transaction (the order is locked; the caller saves the refunds).
    """
    counted = ZERO
    for part in parts:
        taken = min(part.unallocated_amount, price - counted)
        part.unallocated_amount -= taken
        counted += taken
    return counted
