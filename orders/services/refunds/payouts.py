"""Sends refunds to their gateways, each once; after a lost answer the gateway is asked first."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from jobs.claims import TimeLimit, new_sender
from jobs.steps import Counts
from orders.services.payments.gateway import apply_report
from orders.services.receipts.lines import lines_to_refund
from payments.errors import GatewayError
from payments.gateways import RefundRequest, client
from payments.models import Refund
from payments.services import claim_refunds, record_refund_error, record_refund_report, wait_for_refund


def send_refunds(refunds: Sequence[Refund], *, at: datetime) -> Counts:
    """Send those of the refunds that are still to be sent, each once.

    One that the gateway accepted but has not done yet, or that failed and is tried again later, is passed over. Must
    not be called inside a transaction: it talks to a network.
    """
    limit, sender = TimeLimit(), new_sender()
    ours, tally = claim_refunds([refund.pk for refund in refunds], sender=sender, at=at)
    tally.passed_over += len(refunds) - len(ours) - tally.failed
    for refund in ours:
        if limit.is_over:
            tally.passed_over += 1  # its claim ends in a few minutes
            continue
        sent = _send(refund, sender=sender, at=at)
        failed = sent.status == Refund.Status.FAILED
        tally.add(
            Counts(
                done=sent.status == Refund.Status.SUCCEEDED,
                passed_over=sent.status == Refund.Status.REQUESTED,
                failed=failed,
                error=sent.error if failed else "",
            )
        )
    return tally


def _send(refund: Refund, *, sender: str, at: datetime) -> Refund:
    """Send one refund; returns it as it is after the attempt."""
    assert refund.payment is not None
    paid = refund.payment.moved_from or refund.payment
    try:
        gateway = client(paid.gateway)
        if refund.attempts > 1 or refund.external_id:
            apply_report(paid, gateway.fetch(paid.external_id), at=at, sender=sender)
            refund.refresh_from_db()
            if refund.status != Refund.Status.REQUESTED:
                return refund
            if refund.external_id:  # accepted, and not done yet
                return wait_for_refund(refund, sender=sender, at=at)
        report = gateway.refund(
            RefundRequest(
                uid=refund.uid,
                external_id=paid.external_id,
                amount=refund.amount,
                currency=settings.CURRENCY,
                email=refund.order.email,
                lines=lines_to_refund(refund),
            )
        )
    except GatewayError as error:
        return record_refund_error(refund, error, sender=sender, at=at)
    return record_refund_report(refund, report, sender=sender, at=at)
