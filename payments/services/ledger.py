"""Records payments and refunds, and computes what is left of them. Callers lock the order first."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from accounts.models import User
from cinema.money import ZERO
from cinema.status import transition
from payments.models import MANUAL_GATEWAYS, CashMovement, Gateway, Payment, Refund, Shift
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

    def payment_with(self, amount: Decimal) -> int | None:
        """The latest payment of which at least `amount` is left, or None."""
        return next((payment for payment, left in sorted(self.left.items(), reverse=True) if left >= amount), None)


def balances(orders: Collection[int]) -> dict[int, Balance]:
    """The balance of each order, by primary key. Two queries. Reads only."""
    found: defaultdict[int, Balance] = defaultdict(Balance)
    order_of = {}
    paid = Payment.objects.filter(order__in=orders, status=Payment.Status.SUCCEEDED)
    for payment, order, amount in paid.order_by("pk").values_list("pk", "order_id", "amount"):
        order_of[payment] = order
        found[order].left[payment] = amount
    refunds = Refund.objects.filter(payment__in=order_of.keys())
    for payment, amount in refunds.order_by("pk").values_list("payment_id", "amount"):
        found[order_of[payment]].left[payment] -= amount
    return found


def balance_of(order: int) -> Balance:
    """The balance of one order. Two queries. Reads only."""
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
                next_poll_at=at + FIRST_REFUND_CHECK,
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
        next_poll_at=None if gateway in {*MANUAL_GATEWAYS, Gateway.ACCOUNT} else at + FIRST_REFUND_CHECK,
        actor=actor,
        shift=row,
    )
    if row is not None and gateway == Gateway.CASH:
        book(row.drawer, kind=CashMovement.Kind.SALE, amount=amount, shift=row, payment=payment, at=at, actor=actor)
    return payment


def unsaved_refund(
    order: int,
    payment: int | None,
    *,
    amount: Decimal,
    reason: str,
    at: datetime,
    actor: User | None = None,
    despite_dispute: bool = False,
) -> Refund:
    """A refund of `amount` to be sent; one of 0 needs no sending. The caller checks what is left, and saves it.

    Reads only.
    """
    return Refund(
        order_id=order,
        payment_id=payment,
        amount=amount,
        reason=reason,
        requested_at=at,
        actor=actor,
        despite_dispute=despite_dispute,
        status=Refund.Status.REQUESTED if amount else Refund.Status.SUCCEEDED,
        succeeded_at=None if amount else at,
    )


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
