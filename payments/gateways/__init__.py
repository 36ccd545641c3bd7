"""The gateways, one file each behind one interface: see `GatewayClient`.

`client("stripe")` is the gateway; `offered()` are those that customers may choose. `GATEWAY_CLASSES` in the settings
names the class of each by its dotted path, so that an app above this one may bring a gateway. To add one, write its
file, name it there and in `payments.models.Gateway`, and run the contract tests against it
(`tests/payments/contracts/test_gateways.py`).
"""

from django.conf import settings
from django.utils.module_loading import import_string

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
from payments.models import Gateway


def gateway_class(gateway: str) -> type[GatewayClient]:
    """The class behind a gateway's short name, imported when it is first asked for.

    Raises `GatewayUnavailable` for a name that is not in `GATEWAY_CLASSES`.
    """
    if gateway not in settings.GATEWAY_CLASSES:
        raise GatewayUnavailable("unknown gateway")
    found: type[GatewayClient] = import_string(settings.GATEWAY_CLASSES[gateway])
    return found


def client(gateway: str) -> GatewayClient:
    """The gateway of that name, ready to be called. Raises `GatewayUnavailable` for an unknown one or one without keys.

    No network: only the calls to what is returned reach the gateway.
    """
    return gateway_class(gateway)()


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
    "gateway_class",
    "offered",
]
