"""Fiscal receipts once their lines are known: queueing them, sending them, and trying again."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from cinema.money import ZERO
from cinema.status import transition, transition_matching
from jobs.claims import Backoff
from jobs.steps import Counts
from payments.errors import GatewayError, GatewayRefused
from payments.fiscal import initial_status, sender, taxed_at
from payments.models import MANUAL_GATEWAYS, GiftCardMovement, Payment, Rates, Receipt, ReceiptLine, Refund, VatOf

BACKOFF = Backoff(
    [timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=12), timedelta(days=1)]
)
MAX_ATTEMPTS = BACKOFF.max_attempts


def vat_of_sales(payments: Collection[Payment]) -> dict[int, VatOf]:
    """The rates at which each payment's sale was taxed, by the payment's primary key: a refund undoes the sale at them.

    As the receipt of the sale says; where there is none, as it would say. Two queries. Reads only.
    """
    rates = Rates()
    printed: defaultdict[int, dict[str, str]] = defaultdict(dict)
    sales = ReceiptLine.objects.filter(receipt__payment__in=payments, receipt__kind=Receipt.Kind.SALE)
    for payment, subject, vat in sales.values_list("receipt__payment", "subject", "vat"):
        printed[payment][subject] = vat
    return {each.pk: _vat_of_sale(each, printed[each.pk], rates) for each in payments}


def _vat_of_sale(payment: Payment, printed: dict[str, str], rates: Rates) -> VatOf:
    otherwise = rates.at(taxed_at(payment), prepaid=payment.gateway not in MANUAL_GATEWAYS)
    return lambda subject: printed.get(subject) or otherwise(subject)


def sale_receipt(payment: Payment, *, in_advance: bool, at: datetime) -> Receipt:
    """The unsaved receipt of a payment. What was paid `in_advance` is settled after the show. Reads only."""
    return Receipt(
        kind=Receipt.Kind.SALE,
        order_id=payment.order_id,
        payment=payment,
        amount=payment.amount,
        is_prepayment=in_advance,
        awaits_settlement=in_advance,
        created_at=at,
        **initial_status("" if payment.moved_from_id else payment.gateway, at=at),
    )


def refund_receipt(refund: Refund, payment: Payment, *, at: datetime) -> Receipt:
    """The unsaved receipt of a refund of the payment. Reads only."""
    return Receipt(
        kind=Receipt.Kind.REFUND,
        order_id=refund.order_id,
        payment=payment,
        refund=refund,
        amount=refund.amount,
        created_at=at,
        **initial_status("" if refund.is_moved else payment.gateway, at=at),
    )


def settlement_receipt(sale: Receipt, *, total: Decimal, at: datetime) -> Receipt:
    """The unsaved second receipt of a prepayment: `total` is what was not refunded. Reads only."""
    return Receipt(
        kind=Receipt.Kind.SETTLEMENT,
        order_id=sale.order_id,
        payment_id=sale.payment_id,
        amount=total,
        created_at=at,
        next_attempt_at=at,
    )


def gift_card_receipt(movement: GiftCardMovement, *, at: datetime) -> Receipt:
    """The unsaved receipt of the sale of a gift card, or of its undoing. Reads only."""
    return Receipt(
        kind=Receipt.Kind.SALE if movement.amount > ZERO else Receipt.Kind.REFUND,
        gift_card_movement=movement,
        amount=abs(movement.amount),
        created_at=at,
        next_attempt_at=at,
    )


def save_receipts(receipts: Sequence[tuple[Receipt, list[ReceiptLine]]]) -> None:
    """Save new receipts with their lines. Two queries.

    Must be called inside a transaction (what the receipts are for is locked, so that each is made once).
    """
    Receipt.objects.bulk_create([receipt for receipt, _lines in receipts])
    lines = []
    for receipt, rows in receipts:
        for row in rows:
            row.receipt = receipt
            lines.append(row)
    ReceiptLine.objects.bulk_create(lines)


def send_receipts(receipts: Sequence[Receipt], *, at: datetime) -> Counts:
    """Send the receipts to the service that `RECEIPT_SENDER` names; their `uid` makes a repeated request harmless.

    A receipt that could not be sent is tried again after growing delays, and fails after `MAX_ATTEMPTS`; one that the
    service refuses fails at once. Staff can send it again. Must not be called inside a transaction: it talks to a
    network.
    """
    tally = Counts()
    through = sender()
    for receipt in receipts:
        tries = receipt.attempts + 1
        # Another sender may have sent it in the meantime: a receipt that is no longer queued is left alone.
        row = Receipt.objects.filter(pk=receipt.pk, status=Receipt.Status.QUEUED)
        try:
            number = through.send(receipt)
        except GatewayError as error:
            wait = None if isinstance(error, GatewayRefused) else BACKOFF.after(tries)
            if wait is not None:
                row.update(attempts=tries, error=error.answer, next_attempt_at=at + wait)
                tally.passed_over += 1
            else:
                transition_matching(
                    row, Receipt.Status.FAILED, attempts=tries, error=error.answer, next_attempt_at=None
                )
                tally.add(Counts(failed=1, error=error.answer))
        else:
            stamps = {"external_id": number, "sent_at": at, "error": "", "next_attempt_at": None}
            transition_matching(row, Receipt.Status.SENT, attempts=tries, **stamps)
            tally.done += 1
    return tally


def send_receipt_again(receipt: Receipt, *, at: datetime) -> None:
    """Queue a failed receipt again with all its attempts. Raises `ForbiddenMove` if it has not failed. Owns its
    transaction.
    """
    with transaction.atomic():
        transition([receipt], Receipt.Status.QUEUED, attempts=0, next_attempt_at=at, error="")
