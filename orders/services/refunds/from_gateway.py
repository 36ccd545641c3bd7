"""Books refunds that gateways report: our own, and those made at the gateway."""

import logging
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from orders.errors import NothingToRefund
from orders.locks import lock_orders_with_sessions
from orders.models import Order
from orders.services.refunds.refund import record_refund_locked
from payments.gateways import RefundReport, State
from payments.models import Payment, Refund
from payments.services import apply_refund_report, refunds_of_report, settle_refund_in_part, unsent_refunds
from payments.services.moving import parts_to_book

logger = logging.getLogger(__name__)


def book_refunds(payment: Payment, reports: Iterable[RefundReport], *, at: datetime, sender: str = "") -> str:
    """Book the refunds that the gateway reports of the payment. What is booked already is not changed.

    A refund with our own name is ours, even if its sender was killed before it could store the answer. Any other was
    made at the gateway (a chargeback, or in its dashboard): it settles one of ours with the same amount that failed
    or was not sent, unless another than `sender` is sending it, and is otherwise recorded as a refund from outside.
    Returns the `Payment.Discrepancy` for what cannot be booked, else an empty string.
    """
    discrepancy = ""
    if not (reports := list(reports)):
        return discrepancy
    with transaction.atomic():
        keys = [payment.order_id, *payment.moved_to.values_list("order", flat=True)]
        orders = {each.pk: each for each in lock_orders_with_sessions(keys)}
        ours = list(Refund.objects.filter(Q(payment=payment) | Q(payment__moved_from=payment)).order_by("pk"))
        for report in reports:
            known = refunds_of_report(report, ours, sender)
            for each in known:
                if not each.handed_out:
                    apply_refund_report(each, report, at=at)
                elif report.state == State.DONE:  # sent by the gateway as well: the customer got it twice
                    logger.error("Refund %s was paid out by hand and also sent by %s", each.pk, payment.gateway)
                    discrepancy = Payment.Discrepancy.REFUNDED_BEYOND
            if not known and report.state == State.DONE:
                try:
                    for source, part in parts_to_book(payment, report.amount, orders=orders.keys()):
                        unsent = unsent_refunds(ours, sender)
                        _record_outside(orders[source.order_id], source, part, report.external_id, unsent, at=at)
                except NothingToRefund:
                    logger.error("Payment %s: %s refunded more than is left", payment.pk, payment.gateway)
                    discrepancy = Payment.Discrepancy.REFUNDED_BEYOND
    return discrepancy


def _record_outside(
    order: Order, payment: Payment, amount: Decimal, external_id: str, unsent: list[Refund], *, at: datetime
) -> None:
    """Record a refund made at the gateway; what exceeds the money left covers refunds of ours that were not sent."""
    try:
        record_refund_locked(order, payment=payment, amount=amount, external_id=external_id, at=at)
    except NothingToRefund:
        covered = next((each for each in unsent if each.amount <= amount), None)
        if covered is None:
            raise
        settle_refund_in_part(covered, external_id, at=at)
        if covered.amount < amount:
            rest = [each for each in unsent if each is not covered]
            _record_outside(order, payment, amount - covered.amount, external_id, rest, at=at)
