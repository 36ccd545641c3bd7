from payments.models.disputes import Dispute
from payments.models.money import BY_HAND, Gateway, GatewayEvent, Payment, Refund
from payments.models.receipts import Rates, Receipt, ReceiptLine, Subject, Vat, VatRate

__all__ = [
    "BY_HAND",
    "Dispute",
    "Gateway",
    "GatewayEvent",
    "Payment",
    "Rates",
    "Receipt",
    "ReceiptLine",
    "Refund",
    "Subject",
    "Vat",
    "VatRate",
]
