from payments.models.disputes import Dispute
from payments.models.gift_cards import GiftCard, GiftCardMovement, GiftCardReplacement
from payments.models.handovers import Handover
from payments.models.legal_entities import LegalEntity, TaxSystem
from payments.models.payments import AT_COUNTER, MANUAL_GATEWAYS, OWN_BOOKS, Gateway, GatewayEvent, Payment, Refund
from payments.models.receipts import Rates, Receipt, ReceiptLine, Subject, Vat, VatOf, VatRate
from payments.models.shifts import CashMovement, CashPlace, Shift

__all__ = [
    "AT_COUNTER",
    "MANUAL_GATEWAYS",
    "OWN_BOOKS",
    "CashMovement",
    "CashPlace",
    "Dispute",
    "Gateway",
    "GatewayEvent",
    "GiftCard",
    "GiftCardMovement",
    "GiftCardReplacement",
    "Handover",
    "LegalEntity",
    "Payment",
    "Rates",
    "Receipt",
    "ReceiptLine",
    "Refund",
    "Shift",
    "Subject",
    "TaxSystem",
    "Vat",
    "VatOf",
    "VatRate",
]
