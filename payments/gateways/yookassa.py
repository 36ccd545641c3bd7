"""YooKassa, through `requests` with time-outs; its own SDK has no time-outs and handles outages badly.

YooKassa does not sign webhooks: they are accepted from its published networks only, and only as a hint to fetch the
payment. `requests` takes 0.1 s to import, so it is imported only when a call is made.
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
    ascii_address,
)

PAYMENT_STATES = {"succeeded": State.DONE, "canceled": State.FAILED}  # pending and waiting_for_capture are open
REFUND_STATES = {"succeeded": State.DONE, "canceled": State.FAILED}


class YooKassa:
    is_manual: ClassVar[bool] = False

    def __init__(self) -> None:
        if not (settings.YOOKASSA_SHOP_ID and settings.YOOKASSA_SECRET_KEY):
            raise GatewayUnavailable(
                "no key", _("Payment by YooKassa isn’t available. Please choose another payment method.")
            )

    @staticmethod
    def smallest_payment() -> Decimal:
        return Decimal("1.00")

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
            rrn=(payment.get("authorization_details") or {}).get("rrn") or "",
            refunds=tuple(_refunds_of(external_id)) if state == State.DONE else (),
        )

    def find_external_id(self, reference: str) -> str:
        """Never needed: all webhooks of YooKassa contain the payment id."""
        return ""

    def cancel_payment(self, external_id: str) -> PaymentReport:
        """YooKassa cannot cancel a pending payment; its page expires after an hour."""
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
        if not _is_yookassa_address(address):
            raise UnverifiedWebhook(_("This message is not from YooKassa."))
        try:
            message = json.loads(body)
            event, about = str(message["event"]), message["object"]
            payment = about["payment_id"] if event.startswith("refund.") else about["id"]
            return WebhookHint(
                event_id=f"{event} {about['id']}",
                external_id=str(payment),
                uid="" if event.startswith("refund.") else str((about.get("metadata") or {}).get("payment", "")),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise UnverifiedWebhook(_("This message is not from YooKassa.")) from None


def _is_yookassa_address(address: str | None) -> bool:
    if address is None:
        return False
    ip: Any = ipaddress.ip_address(address)
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return any(ip in ipaddress.ip_network(network) for network in settings.YOOKASSA_NETWORKS)


# --- HTTP


def _post(path: str, body: dict[str, Any], *, key: str) -> dict[str, Any]:
    return _request("POST", path, json=body, headers={"Idempotence-Key": key})


def _get(path: str, **params: str) -> dict[str, Any]:
    return _request("GET", path, params=params)


def _request(method: str, path: str, **options: Any) -> dict[str, Any]:
    """Make a request and return the JSON response. Errors become `GatewayUnavailable` or `GatewayRefused`."""
    import requests

    try:
        response = requests.request(
            method,
            f"{settings.YOOKASSA_API}/{path}",
            auth=(settings.YOOKASSA_SHOP_ID, settings.YOOKASSA_SECRET_KEY),
            timeout=settings.GATEWAY_TIMEOUT,
            allow_redirects=False,
            **options,
        )
        answer = response.json()
        if not isinstance(answer, dict):
            raise ValueError("not a JSON object")
    except requests.RequestException as error:
        raise GatewayUnavailable(type(error).__name__) from None
    except ValueError:
        raise GatewayUnavailable(f"no JSON, {response.status_code}") from None
    if response.status_code == requests.codes.ok:
        return answer
    code = str(answer.get("code") or response.status_code)
    # 401 and 403: our API key is wrong, so the payment's state is unknown; 202: the request is still in progress.
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
    """The fields of a fiscal receipt, if YooKassa issues it; always a prepayment, made before the show."""
    if not (settings.YOOKASSA_RECEIPTS and lines):
        return {}
    return {"receipt": {**_customer(email), "items": [_item(line, currency, mode="full_prepayment") for line in lines]}}


def _customer(email: str) -> dict[str, Any]:
    """The recipient. Without a customer address the receipt goes to `RECEIPT_EMAIL`: the law requires a recipient."""
    return {"customer": {"email": ascii_address(email) or settings.RECEIPT_EMAIL}}


def _item(line: ChargeLine, currency: str, *, mode: str) -> dict[str, Any]:
    """An item of the receipt. YooKassa expects the unit price; a `ChargeLine`'s amount divides exactly."""
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
    """Register the settlement receipt of a prepayment; returns the receipt's id at YooKassa."""
    made = _post(
        "receipts",
        {
            "type": "payment",
            "payment_id": external_id,
            "send": True,
            **_customer(email),
            "items": [_item(line, currency, mode="full_payment") for line in lines],
            "settlements": [{"type": "prepayment", "amount": _amount(amount, currency)}],
        },
        key=uid,
    )
    return str(made["id"])


#: YooKassa's codes of VAT rates.
VAT_CODES = {
    "none": 1,
    "0": 2,
    "10": 3,
    "20": 4,
    "10/110": 5,
    "20/120": 6,
    "5": 7,
    "7": 8,
    "5/105": 9,
    "7/107": 10,
    "22": 11,
    "22/122": 12,
}
