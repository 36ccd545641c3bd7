"""Stripe, through its SDK. The customer pays on a Checkout Session page; its id is the payment's `external_id`.

The SDK takes 0.4 s to import, so it is imported only when a call is made.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import gettext as _

from cinema.money import MINOR_UNITS
from payments.errors import GatewayError, GatewayRefused, GatewayUnavailable, UnverifiedWebhook
from payments.gateways.base import (
    Charge,
    DisputeReport,
    PaymentReport,
    RefundReport,
    RefundRequest,
    StartedPayment,
    State,
    WebhookHint,
    ascii_address,
)
from payments.models import Dispute

#: Stripe requires at least 30 minutes; `cancel_payment` closes the page earlier.
PAGE_LIFETIME = timedelta(minutes=65)

#: How much a webhook's timestamp may differ from now, which prevents the replay of an intercepted one.
TIMESTAMP_TOLERANCE = timedelta(minutes=5)

#: The smallest charge in the currency's major unit: docs.stripe.com/currencies, “Minimum and maximum charge amounts”.
#: Its list has no RUB: 50 is our assumption, about half a US dollar. Stripe applies it to the bank account's currency,
#: so it may ask for more; it refuses less anyway, and this only tells customers sooner.
SMALLEST = {
    **dict.fromkeys(["USD", "EUR", "AUD", "BRL", "CAD", "CHF", "INR", "NZD", "SGD"], Decimal("0.50")),
    **dict.fromkeys(["AED", "MYR", "PLN", "RON"], Decimal("2.00")),
    **dict.fromkeys(["NOK", "SEK"], Decimal("3.00")),
    **dict.fromkeys(["MXN", "THB"], Decimal("10.00")),
    "GBP": Decimal("0.30"),
    "DKK": Decimal("2.50"),
    "HKD": Decimal("4.00"),
    "CZK": Decimal("15.00"),
    "HUF": Decimal("175.00"),
    "RUB": Decimal("50.00"),
}

#: Stripe's refund and dispute statuses, and ours.
REFUND_STATES = {"succeeded": State.DONE, "failed": State.FAILED, "canceled": State.FAILED}
DISPUTE_STATES = {
    "needs_response": Dispute.Status.OPEN,
    "warning_needs_response": Dispute.Status.OPEN,
    "lost": Dispute.Status.LOST,
    "won": Dispute.Status.WON,
    "warning_closed": Dispute.Status.WON,
    "prevented": Dispute.Status.WON,
}
#: A dispute counts as a refund that is done once the dispute is lost.
DISPUTE_REFUND_STATES = {Dispute.Status.LOST: State.DONE, Dispute.Status.WON: State.FAILED}


class Stripe:
    is_manual: ClassVar[bool] = False

    def __init__(self) -> None:
        if not settings.STRIPE_SECRET_KEY:
            raise GatewayUnavailable(
                "no key", _("Payment by Stripe isn’t available. Please choose another payment method.")
            )

    @staticmethod
    def smallest_payment() -> Decimal:
        return SMALLEST.get(settings.CURRENCY, Decimal("0.50"))

    def start(self, charge: Charge) -> StartedPayment:
        email = ascii_address(charge.email)
        session = _call(
            lambda stripe: stripe.checkout.sessions.create(
                {
                    "mode": "payment",
                    "line_items": [
                        {
                            "quantity": 1,
                            "price_data": {
                                "currency": charge.currency.lower(),
                                "unit_amount": _minor_units(charge.amount),
                                "product_data": {"name": charge.description},
                            },
                        }
                    ],
                    "success_url": charge.return_url,
                    "cancel_url": charge.return_url,
                    "locale": charge.language,
                    "expires_at": int((charge.created_at + PAGE_LIFETIME).timestamp()),
                    "client_reference_id": str(charge.uid),
                    "metadata": {"payment": str(charge.uid)},
                    "payment_intent_data": {"metadata": {"payment": str(charge.uid)}},
                    **({"customer_email": email} if email else {}),
                },
                {"idempotency_key": str(charge.uid)},
            )
        )
        return StartedPayment(external_id=session.id, redirect_url=session.url or charge.return_url)

    def fetch(self, external_id: str) -> PaymentReport:
        return _call(
            lambda stripe: _report(
                stripe, stripe.checkout.sessions.retrieve(external_id, {"expand": ["payment_intent.latest_charge"]})
            )
        )

    def find_external_id(self, reference: str) -> str:
        query = {"payment_intent": reference, "limit": 1}
        return _call(lambda stripe: next((each.id for each in stripe.checkout.sessions.list(query).data), ""))

    def cancel_payment(self, external_id: str) -> PaymentReport:
        with suppress(GatewayRefused):  # just paid or expired: `fetch` says which
            _call(lambda stripe: stripe.checkout.sessions.expire(external_id))
        return self.fetch(external_id)

    def refund(self, back: RefundRequest) -> RefundReport:
        def send(stripe: Any) -> Any:
            session = stripe.checkout.sessions.retrieve(back.external_id)
            if not session.payment_intent:
                raise GatewayRefused("not paid")
            return stripe.refunds.create(
                {
                    "payment_intent": session.payment_intent,
                    "amount": _minor_units(back.amount),
                    "metadata": {"refund": str(back.uid), "payment": session.client_reference_id or ""},
                },
                {"idempotency_key": str(back.uid)},
            )

        return _refund_report(_call(send))

    def parse_webhook(
        self, body: bytes, headers: Mapping[str, str], *, address: str | None, at: datetime
    ) -> WebhookHint:
        import stripe

        signature, secret = headers.get("Stripe-Signature", ""), settings.STRIPE_WEBHOOK_SECRET
        try:
            text = body.decode()
            if not secret:
                raise ValueError
            # The time is checked below against `at`: the SDK uses the system clock, and accepts times in the future.
            stripe.WebhookSignature.verify_header(text, signature, secret, tolerance=None)
            signed = next(int(part[2:]) for part in signature.split(",") if part.startswith("t="))
            if abs(at.timestamp() - signed) > TIMESTAMP_TOLERANCE.total_seconds():
                raise ValueError
            event = json.loads(text)
            if bool(event["livemode"]) != settings.STRIPE_SECRET_KEY.startswith(("sk_live", "rk_live")):
                raise ValueError
            about = event["data"]["object"]
            return WebhookHint(
                event_id=str(event["id"]),
                external_id=str(about["id"]) if about["object"] == "checkout.session" else "",
                uid=str((about.get("metadata") or {}).get("payment", "")),
                # Disputes, and refunds made in Stripe's dashboard, contain only the payment intent.
                reference=str(about.get("payment_intent") or "") if about["object"] in ("dispute", "refund") else "",
            )
        except (ValueError, StopIteration, KeyError, AttributeError, TypeError, stripe.SignatureVerificationError):
            raise UnverifiedWebhook(_("This message is not from Stripe.")) from None


def _call(act: Callable[[Any], Any]) -> Any:
    """Make the calls in `act` and return its result. Errors of the SDK become `GatewayError`s."""
    import stripe

    client = stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        base_addresses={"api": settings.STRIPE_API} if settings.STRIPE_API else {},
        http_client=stripe.RequestsClient(timeout=settings.GATEWAY_TIMEOUT),
        max_network_retries=0,  # jobs retry, and know when
    )
    try:
        return act(client.v1)
    except stripe.StripeError as error:
        raise _gateway_error(error) from None  # `from None`: the SDK's message may contain request data


def _gateway_error(error: Any) -> GatewayError:
    code = str(error.code or type(error).__name__)
    status = error.http_status
    # 401 and 403: our API key is wrong, so the payment's state is unknown; 409: an identical request is in progress.
    unknown = status is None or status >= 500 or status in (401, 403, 409, 429)
    return GatewayUnavailable(code) if unknown else GatewayRefused(code)


def _report(stripe: Any, session: Any) -> PaymentReport:
    paid = session.payment_status == "paid"
    disputes = _disputes(stripe, session.payment_intent) if paid else []
    return PaymentReport(
        external_id=session.id,
        state=State.DONE if paid else State.FAILED if _is_over(session) else State.OPEN,
        amount=_money(session.amount_total),
        currency=(session.currency or "").upper(),
        uid=session.client_reference_id or "",
        refunds=(*_refunds(stripe, session.payment_intent), *map(_lost_dispute_refund, disputes)) if paid else (),
        disputes=tuple(disputes),
    )


def _is_over(session: Any) -> bool:
    """Whether an unpaid session can never be paid any more: it expired, or a transfer promised on its page failed."""
    if session.status != "complete":
        return bool(session.status == "expired")
    return getattr(session.payment_intent, "status", "") in ("requires_payment_method", "canceled")


def _refunds(stripe: Any, intent: Any) -> Sequence[RefundReport]:
    found = stripe.refunds.list({"payment_intent": intent.id, "limit": 100})
    return [_refund_report(refund) for refund in found.auto_paging_iter()]


def _disputes(stripe: Any, intent: Any) -> Sequence[DisputeReport]:
    if not (intent.latest_charge and intent.latest_charge.disputed):
        return []
    found = stripe.disputes.list({"payment_intent": intent.id, "limit": 100})
    return [_dispute_report(dispute) for dispute in found.auto_paging_iter()]


def _dispute_report(dispute: Any) -> DisputeReport:
    due = getattr(getattr(dispute, "evidence_details", None), "due_by", None)
    return DisputeReport(
        external_id=dispute.id,
        amount=_money(dispute.amount),
        state=DISPUTE_STATES.get(dispute.status, Dispute.Status.ANSWERED),  # under_review, and statuses added later
        reason=str(getattr(dispute, "reason", None) or ""),
        answer_by=datetime.fromtimestamp(due, UTC) if due else None,
    )


def _lost_dispute_refund(dispute: DisputeReport) -> RefundReport:
    return RefundReport(
        external_id=dispute.external_id,
        amount=dispute.amount,
        state=DISPUTE_REFUND_STATES.get(Dispute.Status(dispute.state), State.OPEN),
    )


def _refund_report(refund: Any) -> RefundReport:
    return RefundReport(
        external_id=refund.id,
        amount=_money(refund.amount),
        state=REFUND_STATES.get(refund.status, State.OPEN),
        uid=getattr(refund.metadata, "refund", ""),
    )


def _minor_units(amount: Decimal) -> int:
    return int(amount.scaleb(MINOR_UNITS))


def _money(minor: int | None) -> Decimal:
    return Decimal(minor or 0).scaleb(-MINOR_UNITS)
