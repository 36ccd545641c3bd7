"""The way to a gateway and back: a payment is begun, asked about, and booked as the gateway says.

Each step is stored before the gateway is spoken with, and nothing is locked while it is. Whoever comes by may ask how a
payment stands (the page the customer returns to, a webhook, the job) and any number of them at once: what the gateway
says is booked once. docs/payments.md tells the order of things.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from cinema.status import transition
from orders.errors import GatewayNotOffered, NothingToPay, NotPayable, PaidBefore, TimeToPayOver
from orders.locks import lock_order
from orders.models import Order
from orders.services.payments.disputes import book_disputes
from orders.services.payments.settlement import mark_paid
from orders.services.receipts.queue import lines_to_charge
from orders.services.refunds.from_gateway import book_refunds
from payments.errors import GatewayError, GatewayRefused, GatewayUnavailable, NotPollable
from payments.gateways import Charge, PaymentReport, StartedPayment, State, client, offered_gateways
from payments.models import Payment

logger = logging.getLogger(__name__)

#: A payment in flight is asked about so often at first, then more and more rarely.
SOONEST, RAREST = timedelta(minutes=5), timedelta(hours=6)

#: While a bank argues about a payment, how it stands is asked so often; messages tell it sooner.
A_DAY = timedelta(days=1)

#: Gateways forget idempotency keys after a day. A payment of which we never learnt the id is given up before that:
#: nobody was ever sent to its page, so nobody can have paid it.
KEY_IS_GOOD_FOR = timedelta(hours=20)

#: Who is just typing a code from the bank when the order's time is up gets so long to finish.
LAST_MINUTES = timedelta(minutes=5)


@dataclass(frozen=True)
class Started:
    """A payment was begun: send the customer to `redirect_url`, the gateway's page, or back to the return address when
    it turned out that everything is paid."""

    payment: Payment
    redirect_url: str


def start_payment(order: Order, *, gateway: str, return_url: str, at: datetime) -> Started:
    """Start to pay the whole order at a gateway, or go on with the payment that is open there.

    Called twice, also at once, it is one payment; after a failed payment it starts a new one. Raises
    `GatewayNotOffered`, `NotPayable`, or a `GatewayError` when the gateway did not open the payment; after
    `GatewayUnavailable`, calling again goes on with the same payment. Must not be called inside a transaction: it talks
    to a network.
    """
    if gateway not in offered_gateways():
        raise GatewayNotOffered(_("This payment method isn’t available. Please choose another one."))
    payment = _intent(order, gateway=gateway, return_url=return_url, at=at)
    if payment.redirect_url:
        payment = settle_payment(payment, at=at)
        if payment.status == Payment.Status.SUCCEEDED:
            return Started(payment, return_url)
        if payment.status == Payment.Status.FAILED:
            payment = _intent(order, gateway=gateway, return_url=return_url, at=at)
    if not payment.redirect_url:
        _open(payment)
    return Started(payment, payment.redirect_url)


def settle_payment(payment: Payment, *, at: datetime) -> Payment:
    """Ask the gateway about the payment and book the answer: paid, failed, or refunded there.

    Idempotent, and safe when a webhook, the job and the customer's return ask at once. Does not raise when the gateway
    is away or the money fits nowhere: see the status of the payment that is returned. Must not be called inside a
    transaction: it talks to a network.
    """
    try:
        return poll(payment, at=at)
    except GatewayError as error:
        logger.warning("Payment %s: %s could not be asked: %s", payment.pk, payment.gateway, error.answer)
        payment.refresh_from_db()
        return payment


class CustomerPaymentState(StrEnum):
    """What the page to which a customer returns has to say."""

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
    last = order.payments.order_by("pk").last()
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


# --- What the job and the webhooks use as well


def poll(payment: Payment, *, at: datetime) -> Payment:
    """`settle_payment`, but a gateway that does not answer is a `GatewayError`: the job leaves it alone for a while."""
    gateway = client(payment.gateway)
    if gateway.is_manual:
        raise NotPollable("by hand")
    if not payment.external_id and not _found(payment, at=at):
        return payment
    try:
        report = gateway.fetch(payment.external_id)
        if report.state == State.OPEN and _is_pointless(payment, at=at):
            report = gateway.cancel_payment(payment.external_id)
    except GatewayRefused as error:
        logger.error("Payment %s: %s does not tell: %s", payment.pk, payment.gateway, error.answer)
        _discrepancy(payment, Payment.Discrepancy.UNKNOWN_THERE, at=at)
        return payment
    return apply_report(payment, report, at=at)


def apply_report(payment: Payment, report: PaymentReport, *, at: datetime, sender: str = "") -> Payment:
    """Believe the gateway: what it says of the payment and of its refunds is in the books afterwards, once."""
    named_as_ours = report.uid in ("", str(payment.uid)) and report.currency == settings.CURRENCY
    if not named_as_ours or (report.state == State.DONE and report.amount <= 0):
        logger.error("Payment %s is not what %s says it is", payment.pk, payment.gateway)
        _discrepancy(payment, Payment.Discrepancy.NOT_OURS, at=at)
        return payment
    if report.state == State.DONE and payment.status != Payment.Status.SUCCEEDED:
        mark_paid(payment.order, gateway=payment.gateway, amount=report.amount, external_id=payment.external_id, at=at)
    elif report.state == State.FAILED:
        _fail(payment)
    payment.refresh_from_db()
    paid = payment.status == Payment.Status.SUCCEEDED
    discrepancy = book_refunds(payment, report.refunds, at=at, sender=sender) if paid else ""
    argued = paid and book_disputes(payment, report.disputes, at=at)
    _ask_again(payment, discrepancy, argued=argued, at=at)
    return payment


def link_external_id(payment: Payment, external_id: str) -> None:
    """A message names the id of a payment that we never learnt. It is the payment's if the gateway says so as well."""
    try:
        report = client(payment.gateway).fetch(external_id)
    except GatewayError:
        return
    if report.uid == str(payment.uid):
        Payment.objects.filter(pk=payment.pk, external_id="").update(external_id=external_id)
        payment.refresh_from_db()


# --- Steps


def _intent(order: Order, *, gateway: str, return_url: str, at: datetime) -> Payment:
    """The payment in flight, or a new one, stored before the gateway hears of it."""
    with transaction.atomic(durable=True):
        row = lock_order(order)
        if not is_payable(row, at=at):
            raise _why_not_payable(row)
        open_one = row.payments.filter(gateway=gateway, status=Payment.Status.PENDING).first()
        return open_one or Payment.objects.create(
            order=row,
            gateway=gateway,
            amount=row.final_amount,
            return_url=return_url,
            created_at=at,
            next_poll_at=at + SOONEST,
        )


def _open(payment: Payment) -> None:
    """Have the gateway open it. Asked again with the same key, it answers what it answered before."""
    try:
        opened = client(payment.gateway).start(_charge(payment))
    except GatewayRefused as error:
        logger.error("Payment %s: %s refused it: %s", payment.pk, payment.gateway, error.answer)
        _fail(payment)
        raise
    except GatewayUnavailable as error:
        logger.warning("Payment %s: %s is away: %s", payment.pk, payment.gateway, error.answer)
        raise
    _remember(payment, opened)


def _remember(payment: Payment, opened: StartedPayment) -> None:
    Payment.objects.filter(pk=payment.pk).update(external_id=opened.external_id, redirect_url=opened.redirect_url)
    payment.external_id, payment.redirect_url = opened.external_id, opened.redirect_url


def _found(payment: Payment, *, at: datetime) -> bool:
    """Whether the id of a payment whose beginning was cut off is known now: it is asked for with the same key."""
    if payment.status != Payment.Status.PENDING:
        return False
    if at - payment.created_at >= KEY_IS_GOOD_FOR:
        _fail(payment)
        return False
    try:
        _remember(payment, client(payment.gateway).start(_charge(payment)))
    except GatewayRefused:
        _fail(payment)
        return False
    return True


def _charge(payment: Payment) -> Charge:
    order = payment.order
    with translation.override(order.language):
        description = _("%(cinema)s, order %(order)s") % {"cinema": order.cinema.name, "order": order.number}
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
    """Whether the customer can do nothing useful on the gateway's page any more."""
    order = Order.objects.only("status", "expires_at").get(pk=payment.order_id)  # as it is by now
    return order.status not in Order.UNPAID or order.expires_at + LAST_MINUTES <= at


def _fail(payment: Payment) -> None:
    """No money came, the gateway says, and none will. Nothing if it has been booked otherwise meanwhile."""
    with transaction.atomic():
        lock_order(payment.order)
        row = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
        if row.status == Payment.Status.PENDING:
            transition([row], Payment.Status.FAILED, next_poll_at=None)
    payment.refresh_from_db(fields=["status", "next_poll_at"])


def _discrepancy(payment: Payment, discrepancy: Payment.Discrepancy, *, at: datetime) -> None:
    """Have a person look, and ask again now and then: it may mend itself."""
    Payment.objects.filter(pk=payment.pk).update(discrepancy=discrepancy, next_poll_at=at + RAREST)
    payment.discrepancy, payment.next_poll_at = discrepancy, at + RAREST


def _ask_again(payment: Payment, discrepancy: str, *, argued: bool, at: datetime) -> None:
    """In flight: soon, then as rarely as it is old. Paid: at an hour's age, at two, at four ... and not any more once
    the time for chargebacks is over; daily, however old, while its bank argues about it."""
    then: datetime | None = None
    if payment.status == Payment.Status.PENDING:
        then = at + min(max((at - payment.created_at) / 4, SOONEST), RAREST)
    elif payment.status == Payment.Status.SUCCEEDED and payment.succeeded_at:
        age = max(at - payment.succeeded_at, timedelta(minutes=30))
        if 2 * age <= settings.CHARGEBACKS_WITHIN:
            then = payment.succeeded_at + 2 * age
        if argued:
            then = min(then or at + A_DAY, at + A_DAY)
    Payment.objects.filter(pk=payment.pk, status=payment.status).update(next_poll_at=then, discrepancy=discrepancy)
    payment.next_poll_at, payment.discrepancy = then, discrepancy


def _why_not_payable(order: Order) -> NotPayable:
    if order.status in (*Order.SOLD, Order.Status.REFUNDED):
        return PaidBefore(_("Order %(order)s is already paid.") % {"order": order})
    if order.status in Order.UNPAID and not order.final_amount:
        return NothingToPay(_("Order %(order)s is free: no payment is needed.") % {"order": order})
    return TimeToPayOver(_("The time to pay for order %(order)s has run out. Please choose again.") % {"order": order})
