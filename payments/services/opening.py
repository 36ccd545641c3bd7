"""Opens payments at their gateway. The payment is stored first; its `uid` makes a repeated request the same one."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from payments.errors import GatewayRefused, GatewayUnavailable
from payments.gateways import Charge, client
from payments.models import Payment
from payments.services.polling import SOONEST, fail_payment

logger = logging.getLogger(__name__)

#: Gateways forget idempotency keys after a day. A payment whose id is still unknown fails before that: no customer was
#: ever sent to its page, so it cannot have been paid.
KEY_VALIDITY = timedelta(hours=20)


def pending_payment(*, order: int, gateway: str, amount: Decimal, return_url: str, at: datetime) -> Payment:
    """The payment of the order that is in flight at the gateway, or a new one, which the gateway does not know yet.

    Must be called inside a transaction (the order is locked).
    """
    open_one = Payment.objects.filter(order=order, gateway=gateway, status=Payment.Status.PENDING).first()
    return open_one or Payment.objects.create(
        order_id=order,
        gateway=gateway,
        amount=amount,
        return_url=return_url,
        created_at=at,
        next_poll_at=at + SOONEST,
    )


def payment_by_hand(order: int, *, gateway: str, amount: Decimal, at: datetime, **taken: Any) -> Payment:
    """The payment of the order in flight that staff take by hand, or a new one.

    Must be called inside a transaction (the order is locked).
    """
    known = Payment.objects.filter(order=order, gateway=gateway, status=Payment.Status.PENDING).first()
    if known is not None:
        return known
    payment = Payment(order_id=order, gateway=gateway, amount=amount, created_at=at, **taken)
    payment.external_id = payment.uid.hex
    payment.save(force_insert=True)
    return payment


def open_payment(payment: Payment, charge: Charge) -> None:
    """Have the gateway open the payment, and store its id there and the page on which to pay.

    Raises `GatewayRefused`, and then the payment has failed, or `GatewayUnavailable`; then it may be tried again. Must
    not be called inside a transaction: it talks to a network.
    """
    try:
        _start(payment, charge)
    except GatewayRefused as error:
        logger.error("Payment %s: %s refused it: %s", payment.pk, payment.gateway, error.answer)
        fail_payment(payment)
        raise
    except GatewayUnavailable as error:
        logger.warning("Payment %s: %s is away: %s", payment.pk, payment.gateway, error.answer)
        raise


def recover_external_id(payment: Payment, *, charge_for: Callable[[Payment], Charge], at: datetime) -> bool:
    """Learn the id of a payment whose opening was cut off; returns whether it is known now.

    The gateway is sent the same request again. The payment fails if the gateway refuses, or does not know the request
    any more. Raises `GatewayUnavailable`. Must not be called inside a transaction: it talks to a network.
    """
    if payment.status != Payment.Status.PENDING:
        return False
    if at - payment.created_at >= KEY_VALIDITY:
        fail_payment(payment)
        return False
    try:
        _start(payment, charge_for(payment))
    except GatewayRefused:
        fail_payment(payment)
        return False
    return True


def _start(payment: Payment, charge: Charge) -> None:
    opened = client(payment.gateway).start(charge)
    Payment.objects.filter(pk=payment.pk).update(external_id=opened.external_id, redirect_url=opened.redirect_url)
    payment.external_id, payment.redirect_url = opened.external_id, opened.redirect_url
