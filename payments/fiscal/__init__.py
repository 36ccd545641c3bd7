"""The interface of services that register fiscal receipts. `RECEIPT_SENDER` names the class in use.

A sender registers a receipt with its lines and returns its id at the service. The receipt's `uid` is the idempotency
key: the same receipt sent twice is registered once. Raises `GatewayError` if the receipt was not registered, or if that
is unknown.
"""

import logging
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from payments.models import Receipt

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
    sender_class: type[ReceiptSender] = import_string(settings.RECEIPT_SENDER)
    return sender_class()
