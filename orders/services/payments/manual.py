"""What only a person knows: how a card terminal answered, and that money was handed out."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.status import transition
from orders.errors import AlreadyPaid, NotTakenByHand, RefundedAlready, RefundStillToSend
from orders.locks import lock_order, lock_orders
from orders.models import Order
from orders.services.payments.settlement import mark_paid
from payments.models import BY_HAND, Payment, Refund


def record_uncertain_payment(order: Order, *, gateway: str, at: datetime, actor: User | None = None) -> Payment:
    """The terminal broke off and nobody knows: the payment is in flight until somebody has looked into its journal.

    Once an order. Refuses with `AlreadyPaid` an order that is not waiting for money.
    """
    with transaction.atomic():
        row = lock_order(order)
        if row.status not in Order.UNPAID:
            raise AlreadyPaid(_("Order %(order)s does not wait for money.") % {"order": row})
        known = row.payments.filter(gateway=gateway, status=Payment.Status.PENDING).first()
        if known is not None:
            return known
        payment = Payment(order=row, gateway=gateway, amount=row.final_amount, created_at=at, actor=actor)
        payment.external_id = payment.uid.hex
        payment.save()
        return payment


def resolve_payment(payment: Payment, *, approved: bool, at: datetime, actor: User | None = None) -> None:
    """The journal was read: the money came, and the order is paid as `mark_paid` says, or it did not.

    Refuses as `mark_paid` money that the order cannot take any more: void it on the terminal, then it did not come.
    """
    if payment.gateway not in BY_HAND or payment.status != Payment.Status.PENDING:
        raise NotTakenByHand(_("Only a payment in flight that was taken by hand is cleared up by hand."))
    if approved:
        mark_paid(
            payment.order,
            gateway=payment.gateway,
            amount=payment.amount,
            external_id=payment.external_id,
            at=at,
            actor=actor,
        )
        return
    with transaction.atomic():
        lock_orders([payment.order_id])
        transition([Payment.objects.get(pk=payment.pk)], Payment.Status.FAILED)


def mark_paid_out(refund: Refund, *, at: datetime, actor: User | None = None) -> None:
    """The money was handed out, or sent back on the terminal: of a payment taken by hand, or where a gateway failed.

    Refuses with `ForbiddenMove` one that was paid out before, or that a gateway is still to send.
    """
    with transaction.atomic():
        lock_orders([refund.order_id])
        row = Refund.objects.select_related("payment").get(pk=refund.pk)
        by_hand = row.payment is None or row.payment.gateway in BY_HAND
        if row.status == Refund.Status.REQUESTED and not by_hand:
            raise RefundStillToSend(_("The gateway is still to send this refund: hand nothing out."))
        if row.status == Refund.Status.SUCCEEDED:
            raise RefundedAlready(_("This refund has gone back already."))
        stamps = {"succeeded_at": at, "handed_out": True, "paid_out_by": actor}
        transition([row], Refund.Status.SUCCEEDED, **stamps, next_attempt_at=None, error="")
