"""What cash and the card terminal share: no line to anybody, so a person says how it stands."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, NoReturn

from django.utils.translation import gettext as _

from payments.errors import NotPollable, UnverifiedWebhook
from payments.gateways.base import Charge, Opened, RefundReport, RefundRequest, Report, WebhookHint


class ByHand:
    by_hand: ClassVar[bool] = True

    def start(self, charge: Charge) -> Opened:
        self._nobody()

    def fetch(self, external_id: str) -> Report:
        self._nobody()

    def find(self, reference: str) -> str:
        self._nobody()

    def close(self, external_id: str) -> Report:
        self._nobody()

    def refund(self, back: RefundRequest) -> RefundReport:
        self._nobody()

    def parse_webhook(
        self, body: bytes, headers: Mapping[str, str], *, address: str | None, at: datetime
    ) -> WebhookHint:
        raise UnverifiedWebhook(_("This payment method has no online notifications."))

    def _nobody(self) -> NoReturn:
        raise NotPollable("by hand", _("This payment was taken by staff, so there is no provider to check with."))
