"""The gateways, one file each behind one interface: see `GatewayClient`.

`client("stripe")` is the gateway; `offered()` are those that customers may choose. To add one, write its file, name it
here and in `payments.models.Gateway`, and run the contract tests (`tests/payments/test_contract.py`) against it.
"""

from django.conf import settings

from payments.errors import GatewayUnavailable
from payments.gateways.base import (
    Charge,
    ChargeLine,
    DisputeReport,
    GatewayClient,
    Opened,
    RefundReport,
    RefundRequest,
    Report,
    State,
    WebhookHint,
)
from payments.gateways.card_terminal import CardTerminal
from payments.gateways.cash import Cash
from payments.gateways.demo import Demo
from payments.gateways.stripe import Stripe
from payments.gateways.yookassa import YooKassa
from payments.models import Gateway

CLIENTS: dict[str, type[GatewayClient]] = {
    Gateway.CASH: Cash,
    Gateway.CARD_TERMINAL: CardTerminal,
    Gateway.DEMO: Demo,
    Gateway.STRIPE: Stripe,
    Gateway.YOOKASSA: YooKassa,
}


def client(gateway: str) -> GatewayClient:
    """The gateway of that name, ready to be spoken with. One that has no keys is as good as unreachable."""
    if gateway not in CLIENTS:
        raise GatewayUnavailable("unknown gateway")
    return CLIENTS[gateway]()


def offered() -> list[Gateway]:
    """The gateways that are switched on, in the order of the setting: what customers may pay through."""
    return [Gateway(name) for name in settings.PAYMENT_GATEWAYS]


__all__ = [
    "Charge",
    "ChargeLine",
    "DisputeReport",
    "GatewayClient",
    "Opened",
    "RefundReport",
    "RefundRequest",
    "Report",
    "State",
    "WebhookHint",
    "client",
    "offered",
]
