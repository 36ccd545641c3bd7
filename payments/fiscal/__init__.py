"""Services that register fiscal receipts: their interface, the one that `RECEIPT_SENDER` names, and who prints what.

A sender registers a receipt with its lines and returns its id at the service. The receipt's `uid` is the idempotency
key: the same receipt sent twice is registered once. Raises `GatewayError` if the receipt was not registered, or if that
is unknown. Where a service prints later, the job `check_receipts` asks it for the result.

A gateway that prints receipts prints those of the money that it moves. In a cinema with a separate cash register, staff
print those of the box office there, and enter their numbers. All others are sent to the sender.
"""

import logging
from datetime import datetime
from typing import Any, ClassVar, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from payments.models import AT_COUNTER, Gateway, Payment, Receipt

logger = logging.getLogger(__name__)


class ReceiptSender(Protocol):
    prints_later: ClassVar[bool]  # True if `send` only registers, and `result` says what became of it

    def send(self, receipt: Receipt) -> str:
        """Register the receipt and return its id at the service. Must not be called inside a transaction."""

    def result(self, receipt: Receipt) -> dict[str, Any] | None:
        """What was printed of a registered receipt; None while it is not known.

        Raises `NotPrinted` if it will never be printed, and `GatewayError`. Must not be called inside a transaction.
        """

    def corrects(self, receipt: Receipt) -> bool:
        """Whether it prints a correction of this receipt. Makes no network call."""

    def serves(self, cinema: Any) -> bool:
        """Whether it prints what this cinema sells for cash and by card terminal. Makes no network call."""


class Console:
    """For development: only logs each receipt at level DEBUG, without customer data."""

    prints_later: ClassVar[bool] = False

    def send(self, receipt: Receipt) -> str:
        logger.debug("Receipt %s: %s of %s", receipt.pk, receipt.kind, receipt.amount)
        return "console"

    def result(self, receipt: Receipt) -> dict[str, Any] | None:
        return {}

    def corrects(self, receipt: Receipt) -> bool:
        return True

    def serves(self, cinema: Any) -> bool:
        return settings.DEBUG


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


def is_printed_at_till(cinema: Any, *, at: datetime) -> bool:
    """Whether receipts of what this cinema sells for cash and by card terminal get printed, or none are required."""
    if settings.RECEIPTS_SINCE is None or at < settings.RECEIPTS_SINCE:
        return True
    return bool(cinema.cash_register) or sender().serves(cinema)


def is_of_till(payment: Payment, *, is_moved: bool) -> bool:
    """Whether staff took this money or give it back, or moved it between tickets."""
    by_card = payment.gateway == Gateway.GIFT_CARD and payment.shift_id is not None
    return is_moved or by_card or payment.gateway in AT_COUNTER


def initial_status(gateway: str, *, by_hand: bool = False, at: datetime) -> dict[str, Any]:
    """The first status of a receipt: sent where the gateway prints it itself, otherwise queued or left to staff."""
    if by_hand:
        return {"status": Receipt.Status.BY_HAND}
    if gateway_prints_receipts(gateway):
        return {"status": Receipt.Status.SENT, "sent_at": at}
    return {"status": Receipt.Status.QUEUED, "next_attempt_at": at}
