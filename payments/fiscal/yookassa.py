from typing import Any, ClassVar

from django.conf import settings

from payments.errors import GatewayRefused
from payments.fiscal.lines import charge_lines
from payments.gateways.yookassa import register_settlement_receipt
from payments.models import Gateway, Receipt


class YooKassaReceipts:
    """Registers settlement receipts of payments through YooKassa.

    Receipts for sales and refunds are sent together with the payment or refund (`YOOKASSA_RECEIPTS`), so only the full
    settlement after the show is sent here. It prints nothing about money that it did not move: what the box office
    takes, and what was paid for tickets that were exchanged.
    """

    prints_later: ClassVar[bool] = False

    def send(self, receipt: Receipt) -> str:
        is_settlement = receipt.kind == Receipt.Kind.SETTLEMENT
        if not is_settlement or not (receipt.order and receipt.payment and receipt.payment.gateway == Gateway.YOOKASSA):
            raise GatewayRefused("not a YooKassa settlement")
        return register_settlement_receipt(
            receipt.payment.external_id,
            uid=str(receipt.uid),
            email=receipt.order.email,
            amount=receipt.amount,
            currency=settings.CURRENCY,
            lines=charge_lines(receipt.lines.order_by("pk")),
        )

    def result(self, receipt: Receipt) -> dict[str, Any] | None:
        return {}

    def corrects(self, receipt: Receipt) -> bool:
        return False

    def serves(self, cinema: Any) -> bool:
        return False
