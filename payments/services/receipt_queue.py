"""Queues fiscal receipts, once it is known what each is about: of payments, of refunds, and, after the show, of money
that was paid in advance.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from cinema.money import ZERO
from payments.fiscal import is_of_till, taxed_at
from payments.fiscal.lines import Sold, SoldItem
from payments.models import (
    AT_COUNTER,
    Gateway,
    GiftCardMovement,
    Payment,
    Rates,
    Receipt,
    ReceiptLine,
    Refund,
    Subject,
)
from payments.services.ledger import balances
from payments.services.receipts import (
    gift_card_receipt,
    refund_receipt,
    sale_receipt,
    save_receipts,
    settlement_receipt,
    vat_of_sales,
)


def queue_sale_receipts(payments: Sequence[Payment], sold: Mapping[int, Sold], *, at: datetime) -> None:
    """Queue the receipt of each payment; `sold` is by its primary key, without items for money that goes back.

    A constant number of queries. Must be called inside a transaction (the payments are locked and were read
    afterwards).
    """
    rates = Rates()
    receipts = []
    cinemas = _cinemas_of(payments)
    for payment in payments:
        what = sold[payment.pk]
        cinema, has_register = cinemas[payment.pk]
        by_hand = has_register and is_of_till(payment, is_moved=payment.moved_from_id is not None)
        # A separate register prints once, the full payment; what a gift card pays was paid in advance already.
        prints_once = by_hand or payment.gateway == Gateway.GIFT_CARD
        in_advance = bool(what.items) and not prints_once and _is_in_advance(payment, what.items)
        vat_of = rates.at(taxed_at(payment), prepaid=in_advance or not what.items)
        receipt = sale_receipt(
            payment,
            cinema=cinema,
            in_advance=in_advance,
            is_advance=what.is_advance,
            by_hand=by_hand,
            at=at,
        )
        receipts.append((receipt, what.lines(payment.amount, vat_of)))
    save_receipts(receipts)
    Payment.objects.filter(pk__in=[payment.pk for payment in payments]).update(receipted_at=at)


def queue_refund_receipts(refunds: Sequence[Refund], sold: Mapping[int, Sold], *, at: datetime) -> None:
    """Queue the receipt of each refund, at the VAT rates of its sale; `sold` is by its primary key.

    A constant number of queries. Must be called inside a transaction (the refunds are locked and were read afterwards).
    """
    payments = Payment.objects.in_bulk({refund.payment_id for refund in refunds if refund.payment_id})
    vat_of = vat_of_sales(payments.values())
    receipts = []
    cinemas = _cinemas_of(payments.values())
    prepaid = _not_settled(payments)
    for refund in refunds:
        payment = payments[refund.payment_id or 0]
        cinema, has_register = cinemas[payment.pk]
        lines = sold[refund.pk].lines(refund.amount, vat_of[payment.pk])
        receipt = refund_receipt(
            refund,
            payment,
            cinema=cinema,
            of_prepayment=payment.pk in prepaid,
            is_advance=sold[refund.pk].is_advance,
            by_hand=has_register and is_of_till(payment, is_moved=refund.is_moved),
            at=at,
        )
        receipts.append((receipt, lines))
    save_receipts(receipts)
    Refund.objects.filter(pk__in=[refund.pk for refund in refunds]).update(receipted_at=at)


def queue_settlement_receipts(
    sales: Sequence[Receipt], kept: Mapping[int, tuple[Sold, datetime]], *, at: datetime
) -> None:
    """Queue the second receipt of prepayments. `kept`, by the sale receipt's primary key, is what was not refunded, and
    when the order was completed. Of an order that was paid in parts, each has its own.

    A constant number of queries. Must be called inside a transaction (the sale receipts are locked and were read
    afterwards).
    """
    rates = Rates()
    receipts = []
    paid = balances([sale.order_id or 0 for sale in sales])
    for sale in sales:
        sold, completed_at = kept[sale.pk]
        total = sum((item.amount for item in sold.items), ZERO)
        if len(parts := paid[sale.order_id or 0].left) > 1:
            total = min(total, parts[sale.payment_id or 0])
        if total:
            lines = sold.lines(total, rates.at(completed_at))
            receipts.append((settlement_receipt(sale, total=total, at=at), lines))
    save_receipts(receipts)
    Receipt.objects.filter(pk__in=[sale.pk for sale in sales]).update(awaits_settlement=False)


def queue_gift_card_receipts(movements: Sequence[GiftCardMovement], *, at: datetime) -> None:
    """Queue the receipt of each sale of a gift card, or of its undoing: an advance, at the rate of an advance.

    Orders that are paid with the card have receipts of their own. A constant number of queries. Must be called inside a
    transaction (the movements are locked and were read afterwards).
    """
    rates = Rates()
    receipts = []
    rows = GiftCardMovement.objects.filter(pk__in=[each.pk for each in movements])
    for movement in rows.select_related("card__cinema"):
        with translation.override(settings.LANGUAGE_CODE):
            name = _("Gift card %(card)s") % {"card": movement.card}
        vat = rates.at(movement.card.sold_at, prepaid=True)(Subject.GIFT_CARDS)
        line = ReceiptLine(name=name, subject=Subject.GIFT_CARDS, quantity=1, price=abs(movement.amount), vat=vat)
        by_hand = bool(movement.card.cinema.cash_register)
        receipts.append((gift_card_receipt(movement, by_hand=by_hand, at=at), [line]))
    save_receipts(receipts)
    GiftCardMovement.objects.filter(pk__in=[each.pk for each in movements]).update(receipted_at=at)


def _cinemas_of(payments: Iterable[Payment]) -> dict[int, tuple[int, bool]]:
    """By the payment's primary key: the cinema where it was taken, and whether a separate cash register prints the
    receipts of the box office there. One query.
    """
    rows = Payment.objects.filter(pk__in=[each.pk for each in payments])
    found = rows.values_list("pk", "order__cinema", "order__cinema__cash_register")
    return {pk: (cinema, bool(register)) for pk, cinema, register in found}


def _not_settled(payments: Iterable[int]) -> set[int]:
    """The primary keys of prepayments that no receipt has settled yet."""
    rows = Receipt.objects.filter(payment__in=payments, refund=None)
    found = list(rows.values_list("payment", "kind", "is_prepayment"))
    settled = {key for key, kind, _prepaid in found if kind == Receipt.Kind.SETTLEMENT}
    return {key for key, _kind, prepaid in found if key and prepaid} - settled


def _is_in_advance(payment: Payment, items: Iterable[SoldItem]) -> bool:
    """Whether what was paid for is delivered later: always online, and at the box office before a show."""
    paid_at = payment.succeeded_at or payment.created_at
    shows = (item.starts for item in items if item.starts is not None)
    at_counter = payment.gateway in AT_COUNTER or payment.shift_id is not None
    return not at_counter or any(start > paid_at for start in shows)
