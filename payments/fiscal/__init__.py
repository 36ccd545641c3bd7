"""Services that register fiscal receipts: their interface, and the one that `RECEIPT_SENDER` names.

A sender registers a receipt with its lines and returns its id at the service. The receipt's `uid` is the idempotency
key: the same receipt sent twice is registered once. Raises `GatewayError` if the receipt was not registered, or if that
is unknown.
"""

import logging
from datetime import datetime
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from payments.models import Gateway, Payment, Receipt

logger = logging.getLogger(__name__)


class ReceiptSender(Protocol):
    def send(self, receipt: Receipt) -> str:
        """Register the receipt and return its id at the service. Must not be called inside a transaction."""


class Console:
    """For development: only logs each receipt at level DEBUG, without customer data."""

    def send(self, receipt: Receipt) -> str:
        logger.debug("Receipt %s: %s of %s", receipt.pk, receipt.kind, receipt.amount)
        return "console"


def sender() -> ReceiptSender:
    chosen: type[ReceiptSender] = import_string(settings.RECEIPT_SENDER)
    return chosen()


def gateway_prints_receipts(gateway: str) -> bool:
    """Whether the gateway prints the receipts of sales and refunds itself: it is sent the lines with the money."""
    return gateway == Gateway.YOOKASSA and settings.YOOKASSA_RECEIPTS


def taxed_at(payment: Payment) -> datetime:
    """The time whose VAT rates apply: when the lines were sent to a gateway that prints them, or the payment."""
    if gateway_prints_receipts(payment.gateway):
        return payment.created_at
    return payment.succeeded_at or payment.created_at


def initial_status(gateway: str, *, at: datetime) -> dict[str, Any]:
    """The first status of a receipt: sent where the gateway prints it itself, otherwise queued."""
    if gateway_prints_receipts(gateway):
        return {"status": Receipt.Status.SENT, "sent_at": at}
    return {"status": Receipt.Status.QUEUED, "next_attempt_at": at}
