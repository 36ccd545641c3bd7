"""Stripe, by its own SDK: the customer pays on Stripe's page (a Checkout Session), whose id is the payment's.

The SDK costs 0.4 s to import, so only who speaks with Stripe does.
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
)
from payments.models import Dispute

#: Stripe wants its page open for half an hour at least; we close it earlier ourselves.
PAGE_IS_OPEN_FOR = timedelta(minutes=65)

#: How far a message's own time may be off, either way: an old one that was overheard is worth nothing.
TOLERANCE = timedelta(minutes=5)

#: What refunds and disputes are called there, and to us. A dispute is money gone once it is lost.
REFUND_STATES = {"succeeded": State.DONE, "failed": State.FAILED, "canceled": State.FAILED}
DISPUTE_STATES = {
    "needs_response": Dispute.Status.OPEN,
    "warning_needs_response": Dispute.Status.OPEN,
    "lost": Dispute.Status.LOST,
    "won": Dispute.Status.WON,
    "warning_closed": Dispute.Status.WON,
    "prevented": Dispute.Status.WON,
}
MONEY_GONE = {Dispute.Status.LOST: State.DONE, Dispute.Status.WON: State.FAILED}


class Stripe:
    is_manual: ClassVar[bool] = False

    def __init__(self) -> None:
        if not settings.STRIPE_SECRET_KEY:
            raise GatewayUnavailable(
                "no key", _("Payment by Stripe isn’t available. Please choose another payment method.")
            )

    def start(self, charge: Charge) -> StartedPayment:
        session = _done(
            lambda stripe: stripe.checkout.sessions.create(
                {
                    "mode": "payment",
                    "line_items": [
                        {
                            "quantity": 1,
                            "price_data": {
                                "currency": charge.currency.lower(),
                                "unit_amount": _minor(charge.amount),
                                "product_data": {"name": charge.description},
                            },
                        }
                    ],
                    "success_url": charge.return_url,
                    "cancel_url": charge.return_url,
                    "locale": charge.language,
                    "expires_at": int((charge.created_at + PAGE_IS_OPEN_FOR).timestamp()),
                    "client_reference_id": str(charge.uid),
                    "metadata": {"payment": str(charge.uid)},
                    "payment_intent_data": {"metadata": {"payment": str(charge.uid)}},
                    **({"customer_email": charge.email} if charge.email else {}),
                },
                {"idempotency_key": str(charge.uid)},
            )
        )
        return StartedPayment(external_id=session.id, redirect_url=session.url or charge.return_url)

    def fetch(self, external_id: str) -> PaymentReport:
        return _done(
            lambda stripe: _report(
                stripe, stripe.checkout.sessions.retrieve(external_id, {"expand": ["payment_intent.latest_charge"]})
            )
        )

    def find_external_id(self, reference: str) -> str:
        query = {"payment_intent": reference, "limit": 1}
        return _done(lambda stripe: next((each.id for each in stripe.checkout.sessions.list(query).data), ""))

    def cancel_payment(self, external_id: str) -> PaymentReport:
        with suppress(GatewayRefused):  # paid, or over, a moment ago: asking says which
            _done(lambda stripe: stripe.checkout.sessions.expire(external_id))
        return self.fetch(external_id)

    def refund(self, back: RefundRequest) -> RefundReport:
        def send(stripe: Any) -> Any:
            session = stripe.checkout.sessions.retrieve(back.external_id)
            if not session.payment_intent:
                raise GatewayRefused("not paid")
            return stripe.refunds.create(
                {
                    "payment_intent": session.payment_intent,
                    "amount": _minor(back.amount),
                    "metadata": {"refund": str(back.uid), "payment": session.client_reference_id or ""},
                },
                {"idempotency_key": str(back.uid)},
            )

        return _refund_report(_done(send))

    def parse_webhook(
        self, body: bytes, headers: Mapping[str, str], *, address: str | None, at: datetime
    ) -> WebhookHint:
        import stripe

        signature, secret = headers.get("Stripe-Signature", ""), settings.STRIPE_WEBHOOK_SECRET
        try:
            text = body.decode()
            if not secret:
                raise ValueError
            # Times are ours to judge: the SDK knows only the clock of the machine, and lets the future pass.
            stripe.WebhookSignature.verify_header(text, signature, secret, tolerance=None)
            signed = next(int(part[2:]) for part in signature.split(",") if part.startswith("t="))
            if abs(at.timestamp() - signed) > TOLERANCE.total_seconds():
                raise ValueError
            event = json.loads(text)
            if bool(event["livemode"]) != settings.STRIPE_SECRET_KEY.startswith(("sk_live", "rk_live")):
                raise ValueError
            about = event["data"]["object"]
            return WebhookHint(
                event_id=str(event["id"]),
                external_id=str(about["id"]) if about["object"] == "checkout.session" else "",
                uid=str((about.get("metadata") or {}).get("payment", "")),
                # A dispute, and a refund made at their desk, know nothing but the money they are about.
                reference=str(about.get("payment_intent") or "") if about["object"] in ("dispute", "refund") else "",
            )
        except (ValueError, StopIteration, KeyError, AttributeError, TypeError, stripe.SignatureVerificationError):
            raise UnverifiedWebhook(_("This message is not from Stripe.")) from None


def _done(act: Callable[[Any], Any]) -> Any:
    """What Stripe answers; what it refuses and that it is away become errors of ours."""
    import stripe

    client = stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        base_addresses={"api": settings.STRIPE_API} if settings.STRIPE_API else {},
        http_client=stripe.RequestsClient(timeout=settings.GATEWAY_TIMEOUT),
        max_network_retries=0,  # when to try again is our own affair
    )
    try:
        return act(client.v1)
    except stripe.StripeError as error:
        raise _in_our_words(error) from None  # its text may hold what it was told


def _in_our_words(error: Any) -> GatewayError:
    code = str(error.code or type(error).__name__)
    status = error.http_status
    # A wrong key says nothing of the payment; 409: the first of two equal requests is still being worked on.
    unknown = status is None or status >= 500 or status in (401, 403, 409, 429)
    return GatewayUnavailable(code) if unknown else GatewayRefused(code)


def _report(stripe: Any, session: Any) -> PaymentReport:
    paid = session.payment_status == "paid"
    disputes = _disputes(stripe, session.payment_intent) if paid else []
    return PaymentReport(
        external_id=session.id,
        state=State.DONE if paid else State.FAILED if session.status == "expired" else State.OPEN,
        amount=_money(session.amount_total),
        currency=(session.currency or "").upper(),
        uid=session.client_reference_id or "",
        refunds=(*_refunds(stripe, session.payment_intent), *map(_money_gone, disputes)) if paid else (),
        disputes=tuple(disputes),
    )


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
        state=DISPUTE_STATES.get(dispute.status, Dispute.Status.ANSWERED),  # under_review, and what is new to us
        reason=str(getattr(dispute, "reason", None) or ""),
        answer_by=datetime.fromtimestamp(due, UTC) if due else None,
    )


def _money_gone(dispute: DisputeReport) -> RefundReport:
    return RefundReport(
        external_id=dispute.external_id,
        amount=dispute.amount,
        state=MONEY_GONE.get(Dispute.Status(dispute.state), State.OPEN),
    )


def _refund_report(refund: Any) -> RefundReport:
    return RefundReport(
        external_id=refund.id,
        amount=_money(refund.amount),
        state=REFUND_STATES.get(refund.status, State.OPEN),
        uid=getattr(refund.metadata, "refund", ""),
    )


def _minor(amount: Decimal) -> int:
    return int(amount.scaleb(MINOR_UNITS))


def _money(minor: int | None) -> Decimal:
    return Decimal(minor or 0).scaleb(-MINOR_UNITS)
