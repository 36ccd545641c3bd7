"""Sales on the account of a partner: the partner takes the customer's money, and gets an invoice from the chain.

No service is asked: what is owed is in our own rows, and a refund lowers it at once.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.utils.translation import gettext as _

from cinema.money import ZERO
from payments.errors import GatewayRefused, GatewayUnavailable, UnverifiedWebhook
from payments.gateways.base import (
    Charge,
    PaymentReport,
    RefundReport,
    RefundRequest,
    StartedPayment,
    State,
    WebhookHint,
)
from payments.models import Gateway, Payment


class Account:
    is_manual: ClassVar[bool] = False
    gateway: ClassVar[str] = Gateway.ACCOUNT

    @staticmethod
    def smallest_payment() -> Decimal:
        return ZERO

    def start(self, charge: Charge) -> StartedPayment:
        raise GatewayUnavailable("on account", _("Only partners can pay on account."))

    def fetch(self, external_id: str) -> PaymentReport:
        found = Payment.objects.filter(gateway=self.gateway, external_id=external_id).first()
        if found is None:
            raise GatewayRefused(f"{self.gateway}: no such payment")
        return PaymentReport(external_id, State.DONE, found.amount, settings.CURRENCY, uid=str(found.uid))

    def find_external_id(self, reference: str) -> str:
        return ""

    def cancel_payment(self, external_id: str) -> PaymentReport:
        return self.fetch(external_id)

    def refund(self, back: RefundRequest) -> RefundReport:
        return RefundReport(f"credit-{back.uid}", back.amount, State.DONE, uid=str(back.uid))

    def parse_webhook(
        self, body: bytes, headers: Mapping[str, str], *, address: str | None, at: datetime
    ) -> WebhookHint:
        raise UnverifiedWebhook(_("This payment method has no online notifications."))
