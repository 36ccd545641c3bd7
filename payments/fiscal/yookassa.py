from django.conf import settings

from payments.errors import GatewayRefused
from payments.fiscal.lines import charge_lines
from payments.gateways.yookassa import second_receipt
from payments.models import Gateway, Receipt


class YooKassaReceipts:
    """The receipts of payments through YooKassa. Those of the sale and of refunds go with the money
    (`YOOKASSA_RECEIPTS`), so only the full settlement after the show is left to be sent."""

    def send(self, receipt: Receipt) -> str:
        if receipt.payment.gateway != Gateway.YOOKASSA or receipt.kind != Receipt.Kind.SETTLEMENT:
            raise GatewayRefused("not YooKassa's to print")
        return second_receipt(
            receipt.payment.external_id,
            uid=str(receipt.uid),
            email=receipt.order.email,
            amount=receipt.amount,
            currency=settings.CURRENCY,
            lines=charge_lines(receipt.lines.order_by("pk")),
        )
