"""Refunds given out by hand: one that nobody at work decided counts for whoever gives it out."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Q

from accounts.errors import ApprovalRequired
from accounts.models import User
from accounts.services import require_approval_above_limit
from orders.locks import lock_orders
from orders.models import Order, OrderChange
from orders.reasons import Reason
from payments.models import MANUAL_GATEWAYS, Gateway, Payment, Refund, Shift
from payments.models.payments import RefundQuerySet
from payments.services import mark_paid_out

SERVICE = "orders.pay_out"
#: Staff cancelled or moved the session: these refunds were counted, or approved, in that step.
_OF_SESSIONS = [Reason.SESSION_CANCELLED, Reason.SESSION_MOVED]


def decided_at_work(refunds: RefundQuerySet) -> RefundQuerySet:
    """Those of the refunds that a member of staff decided, within the limit for one person or with approval.

    Not those of customers, even of members of staff for their own orders, nor those that no person asked for.
    Reads only.
    """
    by_staff = Q(actor__is_staff=True) & ~Q(reason=Reason.BY_CUSTOMER)
    return refunds.filter(by_staff | Q(reason__in=_OF_SESSIONS))


def pay_out(
    refund: Refund,
    *,
    shift: Shift | None = None,
    despite_dispute: bool = False,
    approver: User | None = None,
    at: datetime,
    actor: User,
) -> None:
    """Record that somebody gave the money of a refund out by hand, in a `shift` from its drawer.

    A refund that nobody at work decided counts towards the actor's limit for refunds, unless there is an `approver`.
    Raises `ApprovalRequired` above it, and as `mark_paid_out`. Owns its transaction.
    """
    with transaction.atomic():
        lock_orders([refund.order_id])
        row = Refund.objects.get(pk=refund.pk)
        due = row.status != Refund.Status.SUCCEEDED  # otherwise it is refused below
        if due and not decided_at_work(Refund.objects.filter(pk=row.pk)).exists():
            try:
                require_approval_above_limit("orders.refund", row.amount, actor=actor, approver=approver, at=at)
            except ApprovalRequired:
                raise ApprovalRequired(SERVICE) from None
        mark_paid_out(row, shift=shift, despite_dispute=despite_dispute, at=at, actor=actor)


def is_refunded_at_cinema(order: Order) -> bool:
    """Whether its link refunds nothing: staff entered its address, which proves no guest, as they do for every group,
    and its money is given out by hand. One query. Reads only."""
    by_hand = order.payments.filter(status=Payment.Status.SUCCEEDED, gateway__in=MANUAL_GATEWAYS)
    entered = order.changes.filter(kind=OrderChange.Kind.ADDRESS, actor__isnull=False)
    of_group = Q(channel=Order.Channel.GROUP) | Exists(by_hand.filter(gateway=Gateway.BANK_TRANSFER))
    return Order.objects.filter(of_group | Exists(entered) & Exists(by_hand), pk=order.pk).exists()
