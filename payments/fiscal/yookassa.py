from django.conf import settings

from payments.errors import GatewayRefused
from payments.gateways.base import ChargeLine
from payments.gateways.yookassa import register_settlement_receipt
from payments.models import Gateway, Receipt, Subject


class YooKassaReceipts:
    """Registers settlement receipts of payments through YooKassa.

    Receipts for sales and refunds are sent together with the payment or refund (`YOOKASSA_RECEIPTS`), so only the full
    settlement after the show is sent here.
    """

    def send(self, receipt: Receipt) -> str:
        if receipt.payment.gateway != Gateway.YOOKASSA or receipt.kind != Receipt.Kind.SETTLEMENT:
            raise GatewayRefused("not a YooKassa settlement")
        return register_settlement_receipt(
            receipt.payment.external_id,
            uid=str(receipt.uid),
            email=receipt.order.email,
            amount=receipt.amount,
            currency=settings.CURRENCY,
            lines=tuple(
                ChargeLine(
                    name=row.name,
                    quantity=row.quantity,
                    amount=row.price * row.quantity,
                    vat=row.vat,
                    is_service=row.subject == Subject.TICKETS,
                )
                for row in receipt.lines.order_by("pk")
            ),
        )
