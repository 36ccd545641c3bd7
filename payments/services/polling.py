"""Schedules the next poll of a payment at its gateway, and applies answers that concern only the payment."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from cinema.status import transition_matching
from payments.errors import GatewayError, GatewayRefused
from payments.gateways import PaymentReport, State, client
from payments.locks import lock_orders_of
from payments.models import Payment

logger = logging.getLogger(__name__)

#: A payment in flight is polled this often at first, and then less and less often.
SOONEST, RAREST = timedelta(minutes=5), timedelta(hours=6)

#: No payment can be made on a gateway's page any more once it is that old.
PAGE_OVER = timedelta(days=1)

#: How often a disputed payment is polled; webhooks bring news of it sooner.
DISPUTED = timedelta(days=1)


def is_plausible(payment: Payment, report: PaymentReport) -> bool:
    """Whether the report can be about this payment: its `uid`, our currency, and money if it is paid. Reads only."""
    named_as_ours = report.uid in ("", str(payment.uid)) and report.currency == settings.CURRENCY
    return named_as_ours and not (report.state == State.DONE and report.amount <= 0)


def fetch_report(payment: Payment, *, close: Callable[[], bool], at: datetime) -> PaymentReport | None:
    """The gateway's report of the payment. An open one is cancelled there first if `close` says so.

    None if the gateway does not know the payment, which is then shown to staff. Raises `GatewayUnavailable`. Must not
    be called inside a transaction: it talks to a network.
    """
    gateway = client(payment.gateway)
    try:
        report = gateway.fetch(payment.external_id)
        if report.state == State.OPEN and close():
            return gateway.cancel_payment(payment.external_id)
        if report.rrn and not payment.rrn and is_plausible(payment, report):
            Payment.objects.filter(pk=payment.pk, rrn="").update(rrn=report.rrn[:12])
        return report
    except GatewayRefused as error:
        logger.error("Payment %s: %s reports no status: %s", payment.pk, payment.gateway, error.answer)
        end_pointless(payment, at=at)
        flag_discrepancy(payment, Payment.Discrepancy.UNKNOWN_THERE, at=at)
        return None


def link_external_id(payment: Payment, external_id: str) -> None:
    """Store the id that a webhook gives for a payment whose id is unknown, if the gateway confirms whose it is.

    Nothing happens if the gateway cannot be asked. Must not be called inside a transaction: it talks to a network.
    """
    try:
        report = client(payment.gateway).fetch(external_id)
    except GatewayError:
        return
    if report.uid == str(payment.uid):
        Payment.objects.filter(pk=payment.pk, external_id="").update(external_id=external_id)
        payment.refresh_from_db()


def fail_payment(payment: Payment) -> None:
    """Mark a payment in flight as failed; one that was booked in the meantime is left alone. Owns its transaction."""
    with transaction.atomic():
        lock_orders_of(Payment.objects.filter(pk=payment.pk))
        open_one = Payment.objects.filter(pk=payment.pk, status=Payment.Status.PENDING)
        transition_matching(open_one, Payment.Status.FAILED, next_poll_at=None)
    payment.refresh_from_db(fields=["status", "next_poll_at"])


def end_pointless(payment: Payment, *, at: datetime) -> bool:
    """Fail a payment in flight that no gateway can report on, once its page has closed; returns whether it has ended.

    Its gateway does not know it, or is not installed any more. Money that is reported later is still taken. Owns its
    transaction.
    """
    if payment.status != Payment.Status.PENDING or at - payment.created_at < PAGE_OVER:
        return False
    fail_payment(payment)
    return True


def flag_discrepancy(payment: Payment, discrepancy: Payment.Discrepancy, *, at: datetime) -> None:
    """Show the payment to staff; it is polled again rarely, since the cause may go away. Owns its transaction."""
    Payment.objects.filter(pk=payment.pk).update(discrepancy=discrepancy, next_poll_at=at + RAREST)
    payment.discrepancy, payment.next_poll_at = discrepancy, at + RAREST


def schedule_next_poll(payment: Payment, discrepancy: str, *, disputed: bool, at: datetime) -> None:
    """Set when the payment is polled next, and its discrepancy, empty for none. Owns its transaction.

    In flight: after a quarter of its age, from `SOONEST` to `RAREST`. Paid: at an age of one hour, two, four, and so on
    until the time for chargebacks is over; while it is disputed, daily at any age.
    """
    then: datetime | None = None
    if payment.status == Payment.Status.PENDING:
        then = at + min(max((at - payment.created_at) / 4, SOONEST), RAREST)
    elif payment.status == Payment.Status.SUCCEEDED and payment.succeeded_at:
        age = max(at - payment.succeeded_at, timedelta(minutes=30))
        if 2 * age <= settings.CHARGEBACKS_WITHIN:
            then = payment.succeeded_at + 2 * age
        if disputed:
            then = min(then or at + DISPUTED, at + DISPUTED)
    Payment.objects.filter(pk=payment.pk, status=payment.status).update(next_poll_at=then, discrepancy=discrepancy)
    payment.next_poll_at, payment.discrepancy = then, discrepancy
