"""The interface of all payment gateways, and the data classes it uses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Protocol
from uuid import UUID

from django.utils.encoding import punycode


class State(StrEnum):
    """The state of a payment or refund at the gateway. Only `OPEN` may still change."""

    OPEN = "OPEN"
    DONE = "DONE"
    FAILED = "FAILED"


def ascii_address(email: str) -> str:
    """The e-mail address with its domain in punycode, as gateways accept it; empty if that cannot be written so."""
    name, _at, domain = email.rpartition("@")
    try:
        address = f"{name}@{punycode(domain)}"
    except UnicodeError:
        return ""
    return address if name and address.isascii() else ""


@dataclass(frozen=True)
class ChargeLine:
    """A line of the receipt. `amount` is what is paid in money for the whole quantity, tax included."""

    name: str
    quantity: int
    amount: Decimal
    vat: str  # a value of `payments.models.Vat`
    is_service: bool  # True for tickets, False for goods


@dataclass(frozen=True)
class Charge:
    """A payment to be made by a customer. Built from stored data only, so that a repeated request is identical.

    `uid` is the idempotency key and is stored with the payment at the gateway. `email` and `lines` are for gateways
    that issue receipts themselves; `ascii_address` writes the address as they take it.
    """

    uid: UUID
    amount: Decimal
    currency: str  # ISO 4217 code, in capitals
    description: str
    return_url: str
    language: str
    created_at: datetime
    email: str = ""
    lines: tuple[ChargeLine, ...] = ()


@dataclass(frozen=True)
class StartedPayment:
    """A payment that was created at the gateway: its id there, and the page where the customer pays."""

    external_id: str
    redirect_url: str


@dataclass(frozen=True)
class RefundRequest:
    """A refund to be made. `uid` is the idempotency key and is stored with the refund at the gateway."""

    uid: UUID
    external_id: str  # of the payment
    amount: Decimal
    currency: str
    email: str = ""
    lines: tuple[ChargeLine, ...] = ()


@dataclass(frozen=True)
class RefundReport:
    """A refund as the gateway reports it. `uid` is empty for refunds made at the gateway, by staff or by a bank."""

    external_id: str
    amount: Decimal
    state: State
    uid: str = ""


@dataclass(frozen=True)
class DisputeReport:
    """A dispute as the gateway reports it; `answer_by` is the deadline for evidence. A lost one is also a refund."""

    external_id: str
    amount: Decimal
    state: str  # a value of `payments.models.Dispute.Status`
    reason: str = ""
    answer_by: datetime | None = None


@dataclass(frozen=True)
class PaymentReport:
    """A payment as the gateway reports it. If `state` is `DONE`, `amount` is what was paid.

    `uid` is the `Charge.uid` of the payment, or empty if the gateway has none; `rrn` the bank's number, if it is told.
    """

    external_id: str
    state: State
    amount: Decimal
    currency: str
    uid: str = ""
    rrn: str = ""
    refunds: tuple[RefundReport, ...] = ()
    disputes: tuple[DisputeReport, ...] = ()


@dataclass(frozen=True)
class WebhookHint:
    """A webhook says that a payment changed; the new state has to be fetched from the gateway.

    `event_id` is the same for every copy of the webhook. `external_id` or `uid` identifies the payment; if both are
    empty, `reference` can be passed to `find_external_id`. All three are empty if it is about something else.
    """

    event_id: str
    external_id: str = ""
    uid: str = ""
    reference: str = ""


class GatewayClient(Protocol):
    """A gateway. Every call except `parse_webhook` may take seconds and must not be made inside a transaction.

    These calls raise `GatewayUnavailable` if it is unknown whether the request was carried out, and `GatewayRefused` if
    it certainly was not.
    """

    is_manual: ClassVar[bool]  # True if staff take the money and there is no service to ask

    @staticmethod
    def smallest_payment() -> Decimal:
        """The gateway refuses payments below this amount; 0 if it takes any. Makes no network call."""

    def start(self, charge: Charge) -> StartedPayment:
        """Create a payment at the gateway. Repeating it with the same charge creates it only once."""

    def fetch(self, external_id: str) -> PaymentReport:
        """The current state of the payment, with its refunds and disputes."""

    def find_external_id(self, reference: str) -> str:
        """The id of the payment that a webhook names by another reference; empty if there is none."""

    def cancel_payment(self, external_id: str) -> PaymentReport:
        """Cancel an open payment, if the gateway supports it; returns its state afterwards."""

    def refund(self, back: RefundRequest) -> RefundReport:
        """Send money back, only once if repeated. State `OPEN` means accepted, with the result still to come."""

    def parse_webhook(
        self, body: bytes, headers: Mapping[str, str], *, address: str | None, at: datetime
    ) -> WebhookHint:
        """Verify and parse a webhook. Makes no network call. Raises `UnverifiedWebhook` if it is not genuine."""
