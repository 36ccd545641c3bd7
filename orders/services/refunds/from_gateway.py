"""Books refunds that gateways report: our own, and those made at the gateway."""

import logging
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from django.db import transaction

from cinema.status import transition
from orders.errors import NothingToRefund
from orders.locks import lock_orders_with_sessions
from orders.models import Order
from orders.services.refunds.refund import record_refund_locked
from payments.gateways import RefundReport, State
from payments.models import Payment, Refund

logger = logging.getLogger(__name__)

PART = "/"  # joins the gateway's refund id and ours when one of its refunds covers several of ours


def book_refunds(payment: Payment, reports: Iterable[RefundReport], *, at: datetime, sender: str = "") -> str:
    """Book the refunds that the gateway reports of the payment. What is booked already is not changed.

    A refund with our own name is ours, even if its sender was killed before it could store the answer. Any other was
    made at the gateway (a chargeback, or by hand at its desk): it settles one of ours with the same amount that failed
    or was not sent, unless another than `sender` is sending it, and is otherwise recorded as a refund from outside.
    Returns the `Payment.Discrepancy` for what cannot be booked, else an empty string.
    """
    reports = list(reports)
    discrepancy = ""
    if not reports:
        return discrepancy
    with transaction.atomic():
        [order] = lock_orders_with_sessions([payment.order_id])
        ours = list(payment.refunds.order_by("pk"))
        for report in reports:
            known = _refund_of_report(report, ours, sender)
            if known is not None and known.handed_out:
                if report.state == State.DONE:  # sent by the gateway as well: the customer got it twice
                    logger.error("Refund %s was paid out by hand and also sent by %s", known.pk, payment.gateway)
                    discrepancy = Payment.Discrepancy.REFUNDED_BEYOND
            elif known is not None:
                _apply_refund_report(known, report, at=at)
            elif report.state == State.DONE:
                try:
                    _record_outside(order, payment, report.amount, report.external_id, _unsent(ours, sender), at=at)
                except NothingToRefund:
                    logger.error("Payment %s: %s refunded more than is left", payment.pk, payment.gateway)
                    discrepancy = Payment.Discrepancy.REFUNDED_BEYOND
    return discrepancy


def _record_outside(
    order: Order, payment: Payment, amount: Decimal, external_id: str, unsent: list[Refund], *, at: datetime
) -> None:
    """Record a refund made at the gateway. Where it exceeds what is left, it covers refunds of ours that
    were not sent.
    """
    try:
        record_refund_locked(order, payment=payment, amount=amount, external_id=external_id, at=at)
    except NothingToRefund:
        covered = next((each for each in unsent if each.amount <= amount), None)
        if covered is None:
            raise
        _settle(covered, f"{external_id}{PART}{covered.pk}", at=at)
        if covered.amount < amount:
            rest = [each for each in unsent if each is not covered]
            _record_outside(order, payment, amount - covered.amount, external_id, rest, at=at)


def _refund_of_report(report: RefundReport, ours: list[Refund], sender: str) -> Refund | None:
    by_name = (
        each
        for each in ours
        if report.external_id == each.external_id.partition(PART)[0] or report.uid == str(each.uid)
    )
    if (found := next(by_name, None)) is not None or report.state != State.DONE:
        return found
    # Made by hand at the gateway's desk, since ours did not get through.
    return next((each for each in _unsent(ours, sender) if each.amount == report.amount), None)


def _unsent(ours: list[Refund], sender: str) -> list[Refund]:
    """Our refunds that wait to be sent and are not being sent by another process; failed ones first."""
    waiting = [
        each
        for each in ours
        if each.status != Refund.Status.SUCCEEDED and not each.external_id and each.claimed_by in ("", sender)
    ]
    return sorted(waiting, key=lambda each: (each.status != Refund.Status.FAILED, each.pk))


def _apply_refund_report(refund: Refund, report: RefundReport, *, at: datetime) -> None:
    """Set our refund to the status that the gateway reports."""
    if report.state == State.DONE and refund.status != Refund.Status.SUCCEEDED:
        _settle(refund, report.external_id, at=at)
    elif report.state == State.FAILED and refund.status != Refund.Status.FAILED:
        if refund.external_id in ("", report.external_id):
            logger.error("Refund %s failed at the gateway", refund.pk)
            transition(
                [refund],
                Refund.Status.FAILED,
                uid=uuid4(),  # the old name is that of the attempt that failed
                external_id="",
                succeeded_at=None,
                claimed_by="",
                error="failed there",
            )
    elif report.state == State.OPEN and not refund.external_id:
        Refund.objects.filter(pk=refund.pk).update(external_id=report.external_id)
        refund.external_id = report.external_id


def _settle(refund: Refund, external_id: str, *, at: datetime) -> None:
    transition([refund], Refund.Status.SUCCEEDED, external_id=external_id, succeeded_at=at, claimed_by="", error="")
