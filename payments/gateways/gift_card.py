"""Gift cards as a tender. Our own rows are the books, so that no service is asked; a refund goes back onto the card."""

from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext as _

from payments.errors import GatewayUnavailable
from payments.gateways.account import Account
from payments.gateways.base import Charge, RefundReport, RefundRequest, StartedPayment, State
from payments.gift_cards import cards_of, number_of, put_back
from payments.models import Gateway, Refund


class GiftCards(Account):
    gateway: ClassVar[str] = Gateway.GIFT_CARD

    def start(self, charge: Charge) -> StartedPayment:
        raise GatewayUnavailable("gift card", _("Enter the code of the gift card to pay with it."))

    def refund(self, back: RefundRequest) -> RefundReport:
        """Book the refund onto the card that had paid, once however often it is sent. Owns its transaction."""
        with transaction.atomic():
            refund = Refund.objects.select_related("actor").get(uid=back.uid)
            put_back([refund], cards_of([refund]))
        return RefundReport(number_of(refund), back.amount, State.DONE, uid=str(back.uid))
