"""Payments taken on a card terminal whose outcome staff have to look up."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.status import transition
from orders.errors import AlreadyPaid, NotTakenByHand
from orders.locks import lock_order, lock_orders
from orders.models import Order
from orders.services.payments.settlement import mark_paid
from payments.models import MANUAL_GATEWAYS, Payment
from payments.services import payment_by_hand


def record_uncertain_payment(
    order: Order, *, gateway: str, at: datetime, actor: User | None = None, **taken: Any
) -> Payment:
    """Record a payment whose outcome is unknown because the card terminal broke off: it stays in flight.

    `taken`: an `amount` if it is but a part, and the `shift`. Staff look into the terminal's journal and call
    `resolve_payment`. Called again it returns the same payment. Raises `AlreadyPaid` for an order that does not wait
    for money. Owns its transaction.
    """
    with transaction.atomic():
        row = lock_order(order)
        if row.status not in Order.UNPAID:
            raise AlreadyPaid(row)
        return payment_by_hand(row.pk, gateway=gateway, **{"amount": row.final_amount, **taken}, at=at, actor=actor)


def resolve_payment(payment: Payment, *, approved: bool, at: datetime, actor: User | None = None) -> None:
    """Settle a payment in flight that was taken by hand, after looking into the terminal's journal.

    `approved` says whether the money came: then the order is paid as `mark_paid` says, which may refuse; void the
    payment on the terminal in that case and call again with `approved=False`. Raises `NotTakenByHand` for any other
    payment. Owns its transaction.
    """
    if payment.gateway not in MANUAL_GATEWAYS or payment.status != Payment.Status.PENDING:
        raise NotTakenByHand(
            _("Only a payment taken at the box office that is still being processed can be confirmed here.")
        )
    if approved:
        book = partial(mark_paid, payment.order, external_id=payment.external_id, part=True)
        book(gateway=payment.gateway, amount=payment.amount, at=at, actor=actor)
        return
    with transaction.atomic():
        lock_orders([payment.order_id])
        transition([Payment.objects.get(pk=payment.pk)], Payment.Status.FAILED)
