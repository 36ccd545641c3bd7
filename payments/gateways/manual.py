"""The base class of payment methods that are not connected to any service: staff record the result."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, NoReturn

from django.utils.translation import gettext as _

from cinema.money import ZERO
from payments.errors import NotPollable, UnverifiedWebhook
from payments.gateways.base import Charge, PaymentReport, RefundReport, RefundRequest, StartedPayment, WebhookHint


class ManualGateway:
    is_manual: ClassVar[bool] = True

    @staticmethod
    def smallest_payment() -> Decimal:
        return ZERO

    def start(self, charge: Charge) -> StartedPayment:
        self._not_pollable()

    def fetch(self, external_id: str) -> PaymentReport:
        self._not_pollable()

    def find_external_id(self, reference: str) -> str:
        self._not_pollable()

    def cancel_payment(self, external_id: str) -> PaymentReport:
        self._not_pollable()

    def refund(self, back: RefundRequest) -> RefundReport:
        self._not_pollable()

    def parse_webhook(
        self, body: bytes, headers: Mapping[str, str], *, address: str | None, at: datetime
    ) -> WebhookHint:
        raise UnverifiedWebhook(_("This payment method has no online notifications."))

    def _not_pollable(self) -> NoReturn:
        raise NotPollable("by hand", _("This payment was taken by staff, so there is no provider to check with."))
