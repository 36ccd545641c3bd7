"""Payments and refunds through the demonstration bank at past instants, in the bank's records and in ours.

The bank's rows are written directly: asking the bank for each of several thousand payments would take minutes.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from cinema.status import transition, transition_matching
from demo.bank import PREFIX
from demo.models import DemoCharge, DemoRefund
from orders import services
from orders.models import Order
from payments.models import Gateway, Payment, Refund

HANDED_OUT_AFTER = timedelta(days=1)


def record_payment(order: Order, *, at: datetime) -> None:
    """The customer paid the whole order at the bank at `at`, even if the order has been cancelled since."""
    payment = Payment(order=order, gateway=Gateway.DEMO, amount=order.final_amount, created_at=at)
    charge = DemoCharge(
        uid=payment.uid,
        amount=payment.amount,
        description=order.number,
        return_url=order.link,
        language=order.language,
        status=DemoCharge.Status.PAID,
    )
    charge.save()
    payment.external_id = f"{PREFIX}{charge.token}"
    payment.save()
    services.mark_paid(order, gateway=payment.gateway, amount=payment.amount, external_id=payment.external_id, at=at)


def record_chargeback(order: Order, *, amount: Decimal, at: datetime) -> None:
    """The bank took `amount` of the latest payment back by itself and then reported it to us."""
    payment = order.payments.filter(gateway=Gateway.DEMO, status=Payment.Status.SUCCEEDED).latest("pk")
    back = _refund_at_bank(payment, uid=uuid4(), amount=amount)
    services.record_refund(order, payment=payment, amount=amount, external_id=f"{PREFIX}{back.hex}", at=at)


def settle_outstanding(at: datetime) -> None:
    """Do what the gateway jobs, and the staff who pay refunds out by hand, would have done by `at`."""
    for refund in Refund.objects.to_send(at).select_related("payment").order_by("pk"):
        assert refund.payment is not None
        back = _refund_at_bank(refund.payment, uid=refund.uid, amount=refund.amount)
        transition([refund], Refund.Status.SUCCEEDED, external_id=f"{PREFIX}{back.hex}", attempts=1, succeeded_at=at)
    handed_out = Refund.objects.to_hand_out().filter(requested_at__lte=at - HANDED_OUT_AFTER)
    transition_matching(handed_out, Refund.Status.SUCCEEDED, succeeded_at=at, handed_out=True)
    Payment.objects.due_for_polling(at).update(next_poll_at=at + timedelta(days=1))


def _refund_at_bank(payment: Payment, *, uid: UUID, amount: Decimal) -> UUID:
    charge = DemoCharge.objects.get(token=payment.external_id.removeprefix(PREFIX))
    DemoRefund.objects.create(charge=charge, uid=uid, amount=amount)
    return uid
