"""Who prints fiscal receipts: one small interface, and the sender that `RECEIPT_SENDER` names.

A sender is given a receipt with its lines and returns the id under which it was registered. The receipt's `uid` is the
idempotency key: the same receipt handed over twice is registered once. It raises `GatewayError` when it was not, or
when that is not known.
"""

import logging
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from payments.models import Receipt

logger = logging.getLogger(__name__)


class ReceiptSender(Protocol):
    def send(self, receipt: Receipt) -> str:
        """Register the receipt; its id there. Not to be called inside a transaction."""


class Console:
    """Prints nothing fiscal: for trying things out. A log at DEBUG names each receipt, and nothing of the customer."""

    def send(self, receipt: Receipt) -> str:
        logger.debug("Receipt %s: %s of %s", receipt.pk, receipt.kind, receipt.amount)
        return "console"


def sender() -> ReceiptSender:
    chosen: type[ReceiptSender] = import_string(settings.RECEIPT_SENDER)
    return chosen()
