"""Payment gateways, one module each, behind one interface: `GatewayClient`.

`client("stripe")` returns a gateway; `offered_gateways()` lists those that customers may choose. The setting
`GATEWAY_CLASSES` names each class by its dotted path, so that a higher app may supply a gateway. To add one, write its
module, name it in that setting and in `payments.models.Gateway`, and run the contract tests against it
(`tests/payments/contracts/test_gateways.py`).
"""

from decimal import Decimal

from django.conf import settings
from django.utils.module_loading import import_string

from cinema.money import ZERO
from payments.errors import GatewayUnavailable
from payments.gateways.base import (
    Charge,
    ChargeLine,
    DisputeReport,
    GatewayClient,
    PaymentReport,
    RefundReport,
    RefundRequest,
    StartedPayment,
    State,
    WebhookHint,
    ascii_address,
)
from payments.models import Gateway


def gateway_class(gateway: str) -> type[GatewayClient]:
    """The class of the gateway with this short name, imported on first use.

    Raises `GatewayUnavailable` for a name that is not in `GATEWAY_CLASSES`.
    """
    if gateway not in settings.GATEWAY_CLASSES:
        raise GatewayUnavailable("unknown gateway")
    found: type[GatewayClient] = import_string(settings.GATEWAY_CLASSES[gateway])
    return found


def client(gateway: str) -> GatewayClient:
    """The gateway of this name. Raises `GatewayUnavailable` if it is unknown or has no API keys.

    Makes no network call itself.
    """
    return gateway_class(gateway)()


def offered_gateways() -> list[Gateway]:
    """The gateways that customers may pay through, in the order of the setting `PAYMENT_GATEWAYS`."""
    return [Gateway(name) for name in settings.PAYMENT_GATEWAYS]


def smallest_payment() -> Decimal:
    """The smallest amount that customers can pay online: that of the least demanding gateway, 0 if none is offered."""
    return min((gateway_class(each).smallest_payment() for each in offered_gateways()), default=ZERO)


__all__ = [
    "Charge",
    "ChargeLine",
    "DisputeReport",
    "GatewayClient",
    "PaymentReport",
    "RefundReport",
    "RefundRequest",
    "StartedPayment",
    "State",
    "WebhookHint",
    "ascii_address",
    "client",
    "gateway_class",
    "offered_gateways",
    "smallest_payment",
]
