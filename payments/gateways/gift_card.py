"""Gift cards as a tender. Our own rows are the books, so that no service is asked; a refund goes back onto the card."""

from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext as _

from payments.errors import GatewayUnavailable
from payments.gateways.account import Account
from payments.gateways.base import Charge, RefundReport, RefundRequest, StartedPayment, State
from payments.gift_cards import lock_card, post
from payments.models import Gateway, GiftCard, GiftCardMovement, Refund


class GiftCards(Account):
    gateway: ClassVar[str] = Gateway.GIFT_CARD

    def start(self, charge: Charge) -> StartedPayment:
        raise GatewayUnavailable("gift card", _("Enter the code of the gift card to pay with it."))

    def refund(self, back: RefundRequest) -> RefundReport:
        """Book the refund onto the card that had paid, once however often it is sent. Owns its transaction."""
        done = RefundReport(f"gift-card-{back.uid}", back.amount, State.DONE, uid=str(back.uid))
        with transaction.atomic():
            refund = Refund.objects.get(uid=back.uid)
            card = lock_card(GiftCard.objects.get(movements__payment=refund.payment_id).pk)
            if not GiftCardMovement.objects.filter(refund=refund).exists():
                at, kind = refund.requested_at, GiftCardMovement.Kind.REFUNDED
                post(card, kind=kind, amount=back.amount, refund=refund, at=at, actor=refund.actor)
        return done
