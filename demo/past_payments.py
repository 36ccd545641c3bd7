"""The demonstration bank in the past: its ledger and ours, as the services would have left them, many at once."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from cinema.status import transition, transition_matching
from orders import services
from orders.models import Order
from payments.gateways.demo import PREFIX
from payments.models import BY_HAND, DemoCharge, DemoRefund, Gateway, Payment, Refund

HANDED_OUT_AFTER = timedelta(days=1)


def takes(order: Order, *, at: datetime) -> None:
    """The customer paid at the bank, whatever has become of the order meanwhile."""
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


def takes_back(order: Order, *, amount: Decimal, at: datetime) -> None:
    """A chargeback: the money is gone, and then we are told."""
    payment = order.payments.filter(gateway=Gateway.DEMO, status=Payment.Status.SUCCEEDED).latest("pk")
    back = _sent_by_bank(payment, uid=uuid4(), amount=amount)
    services.record_refund(order, payment=payment, amount=amount, external_id=f"{PREFIX}{back.hex}", at=at)


def keep_up(at: datetime) -> None:
    """What the jobs that speak with gateways, and the people who hand money out, would have done by then."""
    for refund in Refund.objects.to_send(at).select_related("payment").order_by("pk"):
        assert refund.payment is not None
        back = _sent_by_bank(refund.payment, uid=refund.uid, amount=refund.amount)
        transition([refund], Refund.Status.SUCCEEDED, external_id=f"{PREFIX}{back.hex}", attempts=1, succeeded_at=at)
    handed_out = Refund.objects.filter(
        payment__gateway__in=BY_HAND, status=Refund.Status.REQUESTED, requested_at__lte=at - HANDED_OUT_AFTER
    )
    transition_matching(handed_out, Refund.Status.SUCCEEDED, succeeded_at=at, handed_out=True)
    Payment.objects.to_ask(at).update(next_poll_at=at + timedelta(days=1))


def _sent_by_bank(payment: Payment, *, uid: UUID, amount: Decimal) -> UUID:
    charge = DemoCharge.objects.get(token=payment.external_id.removeprefix(PREFIX))
    DemoRefund.objects.create(charge=charge, uid=uid, amount=amount)
    return uid
