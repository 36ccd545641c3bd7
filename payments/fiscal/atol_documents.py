"""Receipts as ATOL Online reads them: protocol v4 is FFD 1.05, v5 is FFD 1.2."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.conf import settings

from cinema.money import CENT, ZERO
from payments.errors import GatewayRefused
from payments.gateways.base import ascii_address
from payments.models import Gateway, LegalEntity, Receipt, ReceiptLine, Subject, TaxSystem, Vat

TAX_SYSTEMS = {
    TaxSystem.GENERAL: "osn",
    TaxSystem.SIMPLIFIED_INCOME: "usn_income",
    TaxSystem.SIMPLIFIED_INCOME_LESS_EXPENSES: "usn_income_outcome",
    TaxSystem.PATENT: "patent",
    TaxSystem.AGRICULTURAL: "esn",
}
#: The code of a rate, and which part of the sum is the tax.
VAT: dict[str, tuple[str, Decimal]] = {
    Vat.NONE: ("none", ZERO),
    Vat.ZERO: ("vat0", ZERO),
    **{rate: (f"vat{rate}", Decimal(rate) / (100 + Decimal(rate))) for rate in ("5", "7", "10", "20", "22")},
    **{f"{rate}/{100 + rate}": (f"vat{100 + rate}", Decimal(rate) / (100 + rate)) for rate in (5, 7, 10, 20, 22)},
}
CASH, CASHLESS, OFFSET = 0, 1, 2  # FFD tags 1031, 1081 and 1215: how the receipt was paid
#: FFD tag 1212: what was sold, by the word of v4 and the number of v5.
SERVICE, GOODS, PAYMENT = ("service", 4), ("commodity", 1), ("payment", 10)
PIECES = ("шт", 0)  # FFD tag 2108
NAME_LENGTH = 128


#: Where ATOL says that a receipt is printed; it is asked for the result all the same. See `integrations.receipt_hooks`.
CALLBACK_PATH = "/receipts/atol/"


def operation(receipt: Receipt) -> str:
    """Raises `GatewayRefused` for the correction of a refund by v4, which knows none."""
    name = "sell_refund" if receipt.kind == Receipt.Kind.REFUND else "sell"
    if not receipt.correction:
        return name
    if name == "sell_refund" and settings.ATOL_VERSION == "v4":
        raise GatewayRefused("v4 corrects no refunds")
    return f"{name}_correction"


def document(receipt: Receipt, entity: LegalEntity) -> dict[str, Any]:
    """The request that registers the receipt. Its `uid` is the number by which ATOL finds a repeated one.

    Needs `cinema`, `order`, `payment` and `gift_card_movement`; one query for the lines. Raises
    `GatewayRefused` for what no receipt can be made of.
    """
    is_v5 = settings.ATOL_VERSION == "v5"
    if entity.tax_system not in TAX_SYSTEMS:
        raise GatewayRefused("no tax system")
    lines = list(receipt.lines.order_by("pk"))
    body: dict[str, Any] = {
        "client": _client(receipt),
        "company": {
            "email": settings.RECEIPT_EMAIL,
            "sno": TAX_SYSTEMS[TaxSystem(entity.tax_system)],
            "inn": entity.tax_number,
            "payment_address": _place(receipt),
        },
        "items": [_item(line, receipt, is_v5=is_v5) for line in lines],
        "payments": [{"type": tender(receipt), "sum": _number(receipt.amount)}],
        "total": _number(receipt.amount),
    }
    if is_v5:
        body["internet"] = _is_online(receipt)
    at = receipt.created_at.astimezone(settings.RECEIPT_ZONE)
    request: dict[str, Any] = {"external_id": str(receipt.uid), "timestamp": f"{at:%d.%m.%Y %H:%M:%S}"}
    if settings.SITE_URL.startswith("https://"):
        request["service"] = {"callback_url": settings.SITE_URL + CALLBACK_PATH}
    if receipt.correction:
        return request | {"correction": _correction(body, receipt, lines, is_v5=is_v5)}
    return request | {"receipt": body}


def _correction(body: dict[str, Any], receipt: Receipt, lines: list[ReceiptLine], *, is_v5: bool) -> dict[str, Any]:
    """The same sums as a correction receipt: FFD tags 1173, 1178, 1179. v4 lists no items, but the tax at each rate."""
    day = receipt.corrected_at.astimezone(settings.RECEIPT_ZONE)
    info = {"type": receipt.correction, "base_date": f"{day:%d.%m.%Y}"}
    if receipt.correction_number or not is_v5:  # v4 wants a number, also where the cinema corrects by itself
        info["base_number"] = receipt.correction_number or str(receipt.pk)
    if is_v5:
        return body | {"correction_info": info}
    taxes: dict[str, Decimal] = {}
    for line in lines:
        code, tax = _tax(line)
        taxes[code] = taxes.get(code, ZERO) + tax
    vats = [{"type": code, "sum": _number(tax)} for code, tax in taxes.items()]
    return {"company": body["company"], "correction_info": info, "payments": body["payments"], "vats": vats}


def method(receipt: Receipt) -> str:
    """FFD tag 1214: how what was sold is paid for."""
    if receipt.is_advance:
        return "advance"
    return "full_prepayment" if receipt.is_prepayment else "full_payment"


def tender(receipt: Receipt) -> int:
    """How the receipt was paid. A settlement and a gift card use up what was paid in advance."""
    movement = receipt.gift_card_movement
    paid_by = movement.tender if movement else receipt.payment.gateway if receipt.payment else ""
    if receipt.kind == Receipt.Kind.SETTLEMENT or paid_by == Gateway.GIFT_CARD:
        return OFFSET
    return CASH if paid_by == Gateway.CASH else CASHLESS


def _client(receipt: Receipt) -> dict[str, str]:
    """Where the receipt goes; without an address of the customer to `RECEIPT_EMAIL`: the law requires one."""
    order = receipt.order
    if order and (address := ascii_address(order.email)):
        return {"email": address}
    if order and order.phone:
        return {"phone": order.phone}
    return {"email": settings.RECEIPT_EMAIL}


def _is_online(receipt: Receipt) -> bool:
    return receipt.order is not None and receipt.order.channel == "ONLINE"


def _place(receipt: Receipt) -> str:
    """FFD tag 1187: the site, or the address of the cinema whose box office took the money."""
    cinema = receipt.cinema
    address = "" if _is_online(receipt) else ", ".join(filter(None, [cinema.city, cinema.address]))
    return (address or settings.SITE_URL)[:256]


def _item(line: ReceiptLine, receipt: Receipt, *, is_v5: bool) -> dict[str, Any]:
    what = PAYMENT if receipt.is_advance else SERVICE if line.subject == Subject.TICKETS else GOODS
    amount = line.price * line.quantity
    code, tax = _tax(line)
    return {
        "name": line.name[:NAME_LENGTH],
        "price": _number(line.price),
        "quantity": line.quantity,
        "sum": _number(amount),
        "measure" if is_v5 else "measurement_unit": PIECES[is_v5],
        "payment_method": method(receipt),
        "payment_object": what[is_v5],
        "vat": {"type": code, "sum": _number(tax)},
    }


def _tax(line: ReceiptLine) -> tuple[str, Decimal]:
    code, part = VAT[line.vat]
    return code, (line.price * line.quantity * part).quantize(CENT, ROUND_HALF_UP)


def _number(amount: Decimal) -> float:
    """As JSON writes it: two places are exact far beyond the largest sum of a receipt."""
    return float(amount)
