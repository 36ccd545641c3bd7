"""What every gateway can do, and the few words in which it is spoken with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Protocol
from uuid import UUID


class State(StrEnum):
    """How a payment or a refund stands at the gateway. Only `OPEN` may still change."""

    OPEN = "OPEN"
    DONE = "DONE"
    FAILED = "FAILED"


@dataclass(frozen=True)
class ChargeLine:
    """A line of the receipt: what it is, and what is paid for all of it in money, tax included."""

    name: str
    quantity: int
    amount: Decimal
    vat: str  # of `payments.models.Vat`
    is_service: bool  # a ticket; otherwise goods


@dataclass(frozen=True)
class Charge:
    """What a customer is to pay, built from stored facts alone: the same charge asked for again is the same request.

    `uid` is the idempotency key, and the gateway keeps it beside the payment. `email` and `lines` are for gateways
    that print receipts themselves.
    """

    uid: UUID
    amount: Decimal
    currency: str  # ISO 4217, in capitals
    description: str
    return_url: str
    language: str
    created_at: datetime
    email: str = ""
    lines: tuple[ChargeLine, ...] = ()


@dataclass(frozen=True)
class StartedPayment:
    """A payment is open at the gateway: its id there, and the page on which the customer pays."""

    external_id: str
    redirect_url: str


@dataclass(frozen=True)
class RefundRequest:
    """What is to be sent back of a payment. `uid` is the idempotency key; the gateway keeps it beside the refund."""

    uid: UUID
    external_id: str  # of the payment
    amount: Decimal
    currency: str
    email: str = ""
    lines: tuple[ChargeLine, ...] = ()


@dataclass(frozen=True)
class RefundReport:
    """A refund as the gateway knows it. `uid` is empty for one that was made there, by staff or by a bank."""

    external_id: str
    amount: Decimal
    state: State
    uid: str = ""


@dataclass(frozen=True)
class DisputeReport:
    """What a bank argues about, and until when evidence is taken. Lost, it is a `RefundReport` as well."""

    external_id: str
    amount: Decimal
    state: str  # of `payments.models.Dispute`
    reason: str = ""
    answer_by: datetime | None = None


@dataclass(frozen=True)
class PaymentReport:
    """A payment as the gateway knows it. `amount` is what was taken when `state` is `DONE`.

    `uid` is the name that we gave it, empty where the gateway was not told one.
    """

    external_id: str
    state: State
    amount: Decimal
    currency: str
    uid: str = ""
    refunds: tuple[RefundReport, ...] = ()
    disputes: tuple[DisputeReport, ...] = ()


@dataclass(frozen=True)
class WebhookHint:
    """Something happened to a payment, says a message; what, the gateway is to be asked.

    `event_id` is the same for every copy of the message. `external_id` or `uid` names the payment. Where neither does,
    `reference` is what the gateway can `find` it by; all are empty where it is about something else.
    """

    event_id: str
    external_id: str = ""
    uid: str = ""
    reference: str = ""


class GatewayClient(Protocol):
    """A gateway. Every call but `parse_webhook` may take seconds, and must not be made inside a transaction.

    All but `parse_webhook` raise `GatewayUnavailable` when it is not known whether the thing was done, and
    `GatewayRefused` when it certainly was not.
    """

    is_manual: ClassVar[bool]

    def start(self, charge: Charge) -> StartedPayment:
        """Open a payment. The same charge twice opens it once."""

    def fetch(self, external_id: str) -> PaymentReport:
        """How the payment stands now, and all that went back of it."""

    def find_external_id(self, reference: str) -> str:
        """The id of the payment that a message names in another way, empty when there is none."""

    def cancel_payment(self, external_id: str) -> PaymentReport:
        """Have an open payment never be paid, where the gateway can do that; how it stands afterwards."""

    def refund(self, back: RefundRequest) -> RefundReport:
        """Send money back. The same request twice sends it once; `OPEN`: accepted, to be asked about later."""

    def parse_webhook(
        self, body: bytes, headers: Mapping[str, str], *, address: str | None, at: datetime
    ) -> WebhookHint:
        """What a message that claims to come from the gateway is about. No network. Raises `NotFromThere`."""
