from payments.models.disputes import Dispute
from payments.models.legal_entities import LegalEntity, TaxSystem
from payments.models.payments import MANUAL_GATEWAYS, Gateway, GatewayEvent, Payment, Refund
from payments.models.receipts import Rates, Receipt, ReceiptLine, Subject, Vat, VatOf, VatRate

__all__ = [
    "MANUAL_GATEWAYS",
    "Dispute",
    "Gateway",
    "GatewayEvent",
    "LegalEntity",
    "Payment",
    "Rates",
    "Receipt",
    "ReceiptLine",
    "Refund",
    "Subject",
    "TaxSystem",
    "Vat",
    "VatOf",
    "VatRate",
]
