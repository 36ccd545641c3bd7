"""What was paid for an order and what of it went back. Who calls has locked the order."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from accounts.models import User
from cinema.money import ZERO
from cinema.status import transition
from payments.models import MANUAL_GATEWAYS, Payment, Refund

#: How long after it was paid a gateway is asked again whether money went back there, and a last time: chargebacks come
#: up to four months later.
FIRST_REFUND_CHECK = timedelta(hours=1)


@dataclass
class Balance:
    """The money of one order: what is left of each payment that succeeded.

    Refunds on their way count as gone, and so do failed ones, which are still owed.
    """

    left: dict[int, Decimal] = field(default_factory=dict)

    @property
    def kept(self) -> Decimal:
        return sum(self.left.values(), ZERO)

    def payment_with(self, amount: Decimal) -> int | None:
        """The payment from which `amount` can go back, the latest first; none if there is no such."""
        return next((payment for payment, left in sorted(self.left.items(), reverse=True) if left >= amount), None)


def balances(orders: Collection[int]) -> dict[int, Balance]:
    """The balance of each order, by its key. Two queries. Reads only."""
    found: defaultdict[int, Balance] = defaultdict(Balance)
    order_of = {}
    paid = Payment.objects.filter(order__in=orders, status=Payment.Status.SUCCEEDED)
    for payment, order, amount in paid.order_by("pk").values_list("pk", "order_id", "amount"):
        order_of[payment] = order
        found[order].left[payment] = amount
    back = Refund.objects.filter(payment__in=order_of.keys())
    for payment, amount in back.order_by("pk").values_list("payment_id", "amount"):
        found[order_of[payment]].left[payment] -= amount
    return found


def balance_of(order: int) -> Balance:
    """The balance of one order. Two queries. Reads only."""
    return balances([order])[order]


def record_success(
    *, order: int, gateway: str, amount: Decimal, external_id: str, at: datetime, actor: User | None = None
) -> Payment | None:
    """Book money that a gateway took, once an `external_id`; returns None if it was booked before.

    A payment in flight under the same id becomes the one that succeeded; the amount is what was really taken. Must be
    called inside a transaction (the order is locked).
    """
    if external_id:
        known = Payment.objects.select_for_update(of=("self",)).filter(gateway=gateway, external_id=external_id).first()
        if known is not None:
            if known.status == Payment.Status.SUCCEEDED or known.order_id != order:
                return None
            transition(
                [known], Payment.Status.SUCCEEDED, amount=amount, succeeded_at=at, next_poll_at=at + FIRST_REFUND_CHECK
            )
            return known
    return Payment.objects.create(
        order_id=order,
        gateway=gateway,
        external_id=external_id,
        amount=amount,
        status=Payment.Status.SUCCEEDED,
        created_at=at,
        succeeded_at=at,
        next_poll_at=None if gateway in MANUAL_GATEWAYS else at + FIRST_REFUND_CHECK,
        actor=actor,
    )


def request_refund(
    payment: Payment, *, amount: Decimal, reason: str, at: datetime, actor: User | None = None
) -> Refund:
    """Have `amount` of a payment sent back; the caller has checked that so much of it is left.

    Must be called inside a transaction (the order is locked).
    """
    return Refund.objects.create(
        order_id=payment.order_id, payment=payment, amount=amount, reason=reason, requested_at=at, actor=actor
    )
