"""Pays orders at gateways: a payment is started, polled, and booked as the gateway reports it.

Each step is stored before the gateway is asked, and nothing is locked while it answers. The page that the customer
returns to, a webhook and the job may poll a payment at the same time: the answer is booked once. docs/payments.md
describes the sequence.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from cinema.money import ZERO, format_money
from orders.errors import GatewayNotOffered, NothingToPay, NotPayable, PaidBefore, TimeToPayOver
from orders.locks import lock_order
from orders.models import Order
from orders.services.payments.settlement import left_to_pay, mark_paid
from orders.services.receipts.lines import lines_to_charge
from orders.services.refunds.from_gateway import book_refunds
from payments.errors import GatewayError, NotPollable
from payments.gateways import Charge, PaymentReport, State, gateway_class, offered_gateways
from payments.models import MANUAL_GATEWAYS, Payment
from payments.services import (
    end_pointless,
    fail_payment,
    fetch_report,
    flag_discrepancy,
    is_plausible,
    open_payment,
    pending_payment,
    record_disputes,
    recover_external_id,
    schedule_next_poll,
)

logger = logging.getLogger(__name__)

#: A customer who is typing in the bank's code when the time to pay is over has this much longer to finish.
LAST_MINUTES = timedelta(minutes=5)


@dataclass(frozen=True)
class Started:
    """A started payment. `redirect_url` is the gateway's page, or the return address if the order is paid already."""

    payment: Payment
    redirect_url: str


def start_payment(order: Order, *, gateway: str, return_url: str, at: datetime) -> Started:
    """Start to pay what is left of the order at a gateway, or go on with the payment that is open there.

    Called twice, also at once, it is one payment; after a failed payment it starts a new one. Raises
    `GatewayNotOffered`, `NotPayable`, or a `GatewayError` when the gateway did not open the payment; after
    `GatewayUnavailable`, calling again goes on with the same payment. Must not be called inside a transaction: it talks
    to a network.
    """
    if gateway not in offered_gateways():
        raise GatewayNotOffered(_("This payment method isn’t available. Please choose another one."))
    if ZERO < left_to_pay(order) < (least := gateway_class(gateway).smallest_payment()):
        raise GatewayNotOffered(
            _("This payment method takes %(least)s or more. Choose another one, or pay at the cinema.")
            % {"least": format_money(least)}
        )
    payment = _intent(order, gateway=gateway, return_url=return_url, at=at)
    if payment.redirect_url:
        payment = settle_payment(payment, at=at)
        if payment.status == Payment.Status.SUCCEEDED:
            return Started(payment, return_url)
        if payment.status == Payment.Status.FAILED:
            payment = _intent(order, gateway=gateway, return_url=return_url, at=at)
    if not payment.redirect_url:
        open_payment(payment, _charge(payment))
    return Started(payment, payment.redirect_url)


def settle_payment(payment: Payment, *, close: bool = False, at: datetime) -> Payment:
    """Ask the gateway about the payment and book the answer: paid, failed, or refunded there. With `close`, an open one
    is cancelled there, if the gateway can do that.

    Idempotent, and safe when a webhook, the job and the customer's return ask at once. Does not raise when the gateway
    is unavailable or the money cannot be booked: see the status of the payment that is returned. Must not be called
    inside a transaction: it talks to a network.
    """
    try:  # the gateway knows only the payment from which another one was moved
        return poll(payment, close=close, at=at) if payment.moved_from_id is None else payment
    except GatewayError as error:
        logger.warning("Payment %s: polling %s failed: %s", payment.pk, payment.gateway, error.answer)
        payment.refresh_from_db()
        return payment


class CustomerPaymentState(StrEnum):
    """What to tell a customer who returns from the gateway's page."""

    PAID = "PAID"  # the order is paid: show the tickets
    WAITING = "WAITING"  # in flight: look again in a moment
    DECLINED = "DECLINED"  # the last attempt failed, and the order can still be paid
    RETURNED = "RETURNED"  # money came that the order cannot take any more; it goes back in full
    OVER = "OVER"  # neither paid nor payable
    UNPAID = "UNPAID"  # payable, nothing tried yet


def customer_payment_state(order: Order, *, at: datetime) -> CustomerPaymentState:
    """Ask about every payment of the order that is in flight; returns what to tell the customer.

    Never `DECLINED` or `OVER` while the gateway may still say that it was paid. Reloads the order. Must not be called
    inside a transaction: it talks to a network.
    """
    for payment in order.payments.filter(status=Payment.Status.PENDING).order_by("pk"):
        settle_payment(payment, at=at)
    order.refresh_from_db()
    if order.status in Order.SOLD:
        return CustomerPaymentState.PAID
    last = order.payments.filter(is_part=False).order_by("pk").last()
    if last is not None and last.status == Payment.Status.PENDING:
        return CustomerPaymentState.WAITING
    if last is not None and last.status == Payment.Status.SUCCEEDED:
        return CustomerPaymentState.RETURNED
    if not is_payable(order, at=at):
        return CustomerPaymentState.OVER
    return CustomerPaymentState.DECLINED if last is not None else CustomerPaymentState.UNPAID


def is_payable(order: Order, *, at: datetime) -> bool:
    """Whether the customer may start to pay. Money that comes later is still taken: see `mark_paid`. Reads only."""
    return order.status in Order.UNPAID and order.expires_at > at and order.final_amount > 0


def refuse_unpayable(order: Order, *, at: datetime) -> None:
    """Raise the `NotPayable` that says why the customer may not start to pay, if so. Reads only."""
    if not is_payable(order, at=at):
        raise _why_not_payable(order)


# --- Also used by the job and by webhooks


def poll(payment: Payment, *, close: bool = False, at: datetime) -> Payment:
    """Like `settle_payment`, but raises a `GatewayError` when the gateway does not answer."""
    if payment.gateway in MANUAL_GATEWAYS:
        raise NotPollable("by hand")
    if payment.gateway not in settings.GATEWAY_CLASSES and end_pointless(payment, at=at):
        return payment
    if not payment.external_id and not recover_external_id(payment, charge_for=_charge, at=at):
        return payment
    report = fetch_report(payment, close=lambda: close or _is_pointless(payment, at=at), at=at)
    return payment if report is None else apply_report(payment, report, at=at)


def apply_report(payment: Payment, report: PaymentReport, *, at: datetime, sender: str = "") -> Payment:
    """Book what the gateway reports about the payment, its refunds and disputes. A repeated report changes nothing."""
    if not is_plausible(payment, report):
        logger.error("Payment %s does not match the report of %s", payment.pk, payment.gateway)
        flag_discrepancy(payment, Payment.Discrepancy.NOT_OURS, at=at)
        return payment
    if report.state == State.DONE and payment.status != Payment.Status.SUCCEEDED:
        mark_paid(payment.order, gateway=payment.gateway, amount=report.amount, external_id=payment.external_id, at=at)
    elif report.state == State.FAILED:
        fail_payment(payment)
    payment.refresh_from_db()
    paid = payment.status == Payment.Status.SUCCEEDED
    discrepancy = book_refunds(payment, report.refunds, at=at, sender=sender) if paid else ""
    disputed = paid and record_disputes(payment, report.disputes, at=at)
    schedule_next_poll(payment, discrepancy, disputed=disputed, at=at)
    return payment


# --- Steps


def _intent(order: Order, *, gateway: str, return_url: str, at: datetime) -> Payment:
    """The payment in flight, or a new one, stored before the gateway is asked."""
    with transaction.atomic(durable=True):
        row = lock_order(order)
        refuse_unpayable(row, at=at)
        payment = pending_payment(order=row.pk, gateway=gateway, amount=left_to_pay(row), return_url=return_url, at=at)
    payment.order = row
    return payment


def _charge(payment: Payment) -> Charge:
    order = payment.order
    with translation.override(order.language):
        description = _("%(cinema)s, order %(order)s") % {"cinema": order.cinema.shown.name, "order": order.number}
    return Charge(
        uid=payment.uid,
        amount=payment.amount,
        currency=settings.CURRENCY,
        description=description[:128],
        return_url=payment.return_url or order.link,
        language=order.language,
        created_at=payment.created_at,
        email=order.email,
        lines=lines_to_charge(payment),
    )


def _is_pointless(payment: Payment, *, at: datetime) -> bool:
    """Whether to close the gateway's page, since the order can no longer be paid, `LAST_MINUTES` included."""
    order = Order.objects.only("status", "expires_at").get(pk=payment.order_id)  # as it is by now
    return order.status not in Order.UNPAID or order.expires_at + LAST_MINUTES <= at


def _why_not_payable(order: Order) -> NotPayable:
    if order.status in (*Order.SOLD, Order.Status.REFUNDED):
        return PaidBefore(_("Order %(order)s is already paid.") % {"order": order})
    if order.status in Order.UNPAID and not order.final_amount:
        return NothingToPay(_("Order %(order)s is free: no payment is needed.") % {"order": order})
    return TimeToPayOver(_("The time to pay for order %(order)s has run out. Please choose again.") % {"order": order})
