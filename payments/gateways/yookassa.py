"""YooKassa, over plain requests with time-outs: its own SDK has none, and fails in odd ways when the server is away.

It signs no message. One counts only from its published networks, and even then only as a hint to read the payment back.
A job that speaks with nobody should not wait for `requests` either: it takes 0.1 s to import.
"""

import ipaddress
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext as _

from payments.errors import GatewayRefused, GatewayUnavailable, UnverifiedWebhook
from payments.gateways.base import (
    Charge,
    ChargeLine,
    PaymentReport,
    RefundReport,
    RefundRequest,
    StartedPayment,
    State,
    WebhookHint,
)

PAYMENT_STATES = {"succeeded": State.DONE, "canceled": State.FAILED}  # pending, waiting_for_capture: may still change
REFUND_STATES = {"succeeded": State.DONE, "canceled": State.FAILED}


class YooKassa:
    is_manual: ClassVar[bool] = False

    def __init__(self) -> None:
        if not (settings.YOOKASSA_SHOP_ID and settings.YOOKASSA_SECRET_KEY):
            raise GatewayUnavailable(
                "no key", _("Payment by YooKassa isn’t available. Please choose another payment method.")
            )

    def start(self, charge: Charge) -> StartedPayment:
        payment = _post(
            "payments",
            {
                "amount": _amount(charge.amount, charge.currency),
                "capture": True,
                "confirmation": {"type": "redirect", "return_url": charge.return_url, "locale": _locale(charge)},
                "description": charge.description,
                "metadata": {"payment": str(charge.uid)},
                **_receipt(charge.email, charge.currency, charge.lines),
            },
            key=str(charge.uid),
        )
        page = (payment.get("confirmation") or {}).get("confirmation_url")
        return StartedPayment(external_id=payment["id"], redirect_url=page or charge.return_url)

    def fetch(self, external_id: str) -> PaymentReport:
        payment = _get(f"payments/{quote(external_id, safe='')}")
        state = PAYMENT_STATES.get(payment["status"], State.OPEN)
        return PaymentReport(
            external_id=payment["id"],
            state=state,
            amount=Decimal(payment["amount"]["value"]),
            currency=payment["amount"]["currency"],
            uid=(payment.get("metadata") or {}).get("payment", ""),
            refunds=tuple(_refunds_of(external_id)) if state == State.DONE else (),
        )

    def find_external_id(self, reference: str) -> str:
        """Its messages all name the payment."""
        return ""

    def cancel_payment(self, external_id: str) -> PaymentReport:
        """Its page cannot be closed; it closes itself after an hour."""
        return self.fetch(external_id)

    def refund(self, back: RefundRequest) -> RefundReport:
        return _refund_report(
            _post(
                "refunds",
                {
                    "payment_id": back.external_id,
                    "amount": _amount(back.amount, back.currency),
                    "metadata": {"refund": str(back.uid)},
                    **_receipt(back.email, back.currency, back.lines),
                },
                key=str(back.uid),
            )
        )

    def parse_webhook(
        self, body: bytes, headers: Mapping[str, str], *, address: str | None, at: datetime
    ) -> WebhookHint:
        if not _is_theirs(address):
            raise UnverifiedWebhook(_("This message is not from YooKassa."))
        try:
            told = json.loads(body)
            event, about = str(told["event"]), told["object"]
            payment = about["payment_id"] if event.startswith("refund.") else about["id"]
            return WebhookHint(
                event_id=f"{event} {about['id']}",
                external_id=str(payment),
                uid="" if event.startswith("refund.") else str((about.get("metadata") or {}).get("payment", "")),
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UnverifiedWebhook(_("This message is not from YooKassa.")) from None


def _is_theirs(address: str | None) -> bool:
    if address is None:
        return False
    knocking: Any = ipaddress.ip_address(address)
    knocking = getattr(knocking, "ipv4_mapped", None) or knocking
    return any(knocking in ipaddress.ip_network(network) for network in settings.YOOKASSA_NETWORKS)


# --- The wire


def _post(path: str, body: dict[str, Any], *, key: str) -> dict[str, Any]:
    return _answer("POST", path, json=body, headers={"Idempotence-Key": key})


def _get(path: str, **params: str) -> dict[str, Any]:
    return _answer("GET", path, params=params)


def _answer(method: str, path: str, **given: Any) -> dict[str, Any]:
    """What YooKassa answers; what it refuses and that it is away become errors of ours."""
    import requests

    try:
        response = requests.request(
            method,
            f"{settings.YOOKASSA_API}/{path}",
            auth=(settings.YOOKASSA_SHOP_ID, settings.YOOKASSA_SECRET_KEY),
            timeout=settings.GATEWAY_TIMEOUT,
            allow_redirects=False,
            **given,
        )
        answer = response.json()
        if not isinstance(answer, dict):
            raise ValueError("no object")
    except requests.RequestException as error:
        raise GatewayUnavailable(type(error).__name__) from None
    except ValueError:
        raise GatewayUnavailable(f"no JSON, {response.status_code}") from None
    if response.status_code == requests.codes.ok:
        return answer
    code = str(answer.get("code") or response.status_code)
    # A wrong key says nothing of the payment; 202: it is being worked on.
    if response.status_code < 400 or response.status_code >= 500 or response.status_code in (401, 403, 429):
        raise GatewayUnavailable(code)
    raise GatewayRefused(code)


def _refunds_of(payment: str) -> Iterator[RefundReport]:
    params = {"payment_id": payment, "limit": "100"}
    while True:
        page = _get("refunds", **params)
        yield from map(_refund_report, page.get("items", []))
        if not page.get("next_cursor"):
            return
        params["cursor"] = page["next_cursor"]


def _refund_report(refund: dict[str, Any]) -> RefundReport:
    return RefundReport(
        external_id=refund["id"],
        amount=Decimal(refund["amount"]["value"]),
        state=REFUND_STATES.get(refund["status"], State.OPEN),
        uid=(refund.get("metadata") or {}).get("refund", ""),
    )


def _amount(amount: Decimal, currency: str) -> dict[str, str]:
    return {"value": f"{amount:.2f}", "currency": currency}


def _locale(charge: Charge) -> str:
    return "ru_RU" if charge.language == "ru" else "en_US"


def _receipt(email: str, currency: str, lines: tuple[ChargeLine, ...]) -> dict[str, Any]:
    """The fields of a fiscal receipt, where YooKassa prints it: money that is paid here comes ahead of the show."""
    if not (settings.YOOKASSA_RECEIPTS and lines):
        return {}
    return {"receipt": {**_to(email), "items": [_item(line, currency, mode="full_prepayment") for line in lines]}}


def _to(email: str) -> dict[str, Any]:
    """A customer who left no address gets no receipt by mail; the law wants one that somebody keeps."""
    return {"customer": {"email": email or settings.RECEIPT_EMAIL}}


def _item(line: ChargeLine, currency: str, *, mode: str) -> dict[str, Any]:
    """`amount` is there the price of one piece: `ChargeLine`s come with a price that fits their quantity exactly."""
    return {
        "description": line.name[:128],
        "quantity": f"{line.quantity}.00",
        "amount": _amount(line.amount / line.quantity, currency),
        "vat_code": VAT_CODES[line.vat],
        "payment_mode": mode,
        "payment_subject": "service" if line.is_service else "commodity",
    }


def register_settlement_receipt(
    external_id: str, *, uid: str, email: str, amount: Decimal, currency: str, lines: tuple[ChargeLine, ...]
) -> str:
    """Register the full settlement of a payment that was taken ahead; the receipt's id there."""
    made = _post(
        "receipts",
        {
            "type": "payment",
            "payment_id": external_id,
            "send": True,
            **_to(email),
            "items": [_item(line, currency, mode="full_payment") for line in lines],
            "settlements": [{"type": "prepayment", "amount": _amount(amount, currency)}],
        },
        key=uid,
    )
    return str(made["id"])


#: YooKassa's numbers for rates of value-added tax.
VAT_CODES = {"none": 1, "0": 2, "10": 3, "20": 4, "5": 7, "7": 8, "22": 11}
