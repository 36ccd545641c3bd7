"""What cash and the card terminal share: no line to anybody, so a person says how it stands."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, NoReturn

from django.utils.translation import gettext as _

from payments.errors import NotPollable, UnverifiedWebhook
from payments.gateways.base import Charge, PaymentReport, RefundReport, RefundRequest, StartedPayment, WebhookHint


class ManualGateway:
    is_manual: ClassVar[bool] = True

    def start(self, charge: Charge) -> StartedPayment:
        self._nobody()

    def fetch(self, external_id: str) -> PaymentReport:
        self._nobody()

    def find_external_id(self, reference: str) -> str:
        self._nobody()

    def cancel_payment(self, external_id: str) -> PaymentReport:
        self._nobody()

    def refund(self, back: RefundRequest) -> RefundReport:
        self._nobody()

    def parse_webhook(
        self, body: bytes, headers: Mapping[str, str], *, address: str | None, at: datetime
    ) -> WebhookHint:
        raise UnverifiedWebhook(_("This payment method has no online notifications."))

    def _nobody(self) -> NoReturn:
        raise NotPollable("by hand", _("This payment was taken by staff, so there is no provider to check with."))
