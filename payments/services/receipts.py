"""Fiscal receipts once their lines are known: queueing them, sending them, and trying again."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from django.db import transaction

from cinema.money import ZERO
from cinema.status import transition, transition_matching
from jobs.claims import Backoff
from jobs.steps import Counts
from payments.errors import CorrectionNumberRefused, GatewayError, GatewayRefused, NoCorrection, ReceiptNumberNeeded
from payments.fiscal import initial_status, sender, taxed_at
from payments.models import AT_COUNTER, GiftCardMovement, Payment, Rates, Receipt, ReceiptLine, Refund, VatOf

#: For a week: the law wants the receipt as soon as the service is there again.
BACKOFF = Backoff([timedelta(minutes=5), timedelta(minutes=30), *[timedelta(hours=2)] * 83])
MAX_ATTEMPTS = BACKOFF.max_attempts
#: After so many receipts in a row without an answer, the service is down: the others wait for the next pass.
IS_DOWN = 3
CORRECTION_NUMBER_LENGTH = 32
#: A till prints within seconds, unless others wait before it.
ASK_FIRST_AFTER = timedelta(seconds=50)


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
    otherwise = rates.at(taxed_at(payment), prepaid=payment.gateway not in AT_COUNTER)
    return lambda subject: printed.get(subject) or otherwise(subject)


def sale_receipt(
    payment: Payment, *, cinema: int, in_advance: bool, is_advance: bool = False, by_hand: bool = False, at: datetime
) -> Receipt:
    """The unsaved receipt of a payment in the cinema with this primary key. Reads only.

    What was paid `in_advance` is settled after the show. `is_advance` is money that paid for nothing; `by_hand` leaves
    the receipt to a separate cash register.
    """
    return Receipt(
        kind=Receipt.Kind.SALE,
        cinema_id=cinema,
        order_id=payment.order_id,
        payment=payment,
        amount=payment.amount,
        is_prepayment=in_advance,
        awaits_settlement=in_advance,
        is_advance=is_advance,
        created_at=at,
        **initial_status("" if payment.moved_from_id else payment.gateway, by_hand=by_hand, at=at),
    )


def refund_receipt(
    refund: Refund,
    payment: Payment,
    *,
    cinema: int,
    of_prepayment: bool = False,
    is_advance: bool = False,
    by_hand: bool = False,
    at: datetime,
) -> Receipt:
    """The unsaved receipt of a refund of the payment, which was a prepayment that is not settled yet. Reads only."""
    return Receipt(
        kind=Receipt.Kind.REFUND,
        cinema_id=cinema,
        order_id=refund.order_id,
        payment=payment,
        refund=refund,
        amount=refund.amount,
        is_prepayment=of_prepayment,
        is_advance=is_advance,
        created_at=at,
        **initial_status("" if refund.is_moved else payment.gateway, by_hand=by_hand, at=at),
    )


def settlement_receipt(sale: Receipt, *, total: Decimal, at: datetime) -> Receipt:
    """The unsaved second receipt of a prepayment: `total` is what was not refunded. Reads only."""
    return Receipt(
        kind=Receipt.Kind.SETTLEMENT,
        cinema_id=sale.cinema_id,
        order_id=sale.order_id,
        payment_id=sale.payment_id,
        amount=total,
        created_at=at,
        next_attempt_at=at,
    )


def gift_card_receipt(movement: GiftCardMovement, *, by_hand: bool = False, at: datetime) -> Receipt:
    """The unsaved receipt of the sale of a gift card, or of its undoing. Needs `card`. Reads only."""
    return Receipt(
        kind=Receipt.Kind.SALE if movement.amount > ZERO else Receipt.Kind.REFUND,
        cinema_id=movement.card.cinema_id,
        gift_card_movement=movement,
        amount=abs(movement.amount),
        is_advance=True,
        created_at=at,
        **initial_status("", by_hand=by_hand, at=at),
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

    A receipt that could not be sent is tried again for a week, and then fails; one that the service refuses fails at
    once. Staff can send it again. What a service only registers is left to `check_receipts`. Must not be called inside
    a transaction: it talks to a network.
    """
    tally = Counts()
    through = sender()
    silent = 0
    for number, receipt in enumerate(receipts):
        if silent == IS_DOWN:
            tally.passed_over += len(receipts) - number
            break
        tries = receipt.attempts + 1
        # Another sender may have sent it in the meantime: a receipt that is no longer queued is left alone.
        row = Receipt.objects.filter(pk=receipt.pk, status=Receipt.Status.QUEUED, uid=receipt.uid)
        try:
            found = through.send(receipt)
        except GatewayError as error:
            wait = None if isinstance(error, GatewayRefused) else BACKOFF.after(tries)
            if wait is not None:
                row.update(attempts=tries, error=error.answer, next_attempt_at=at + wait)
                tally.passed_over += 1
                silent += 1
            else:
                transition_matching(
                    row, Receipt.Status.FAILED, attempts=tries, error=error.answer, next_attempt_at=None
                )
                tally.add(Counts(failed=1, error=error.answer))
        else:
            silent = 0
            stamps = {"external_id": found, "attempts": tries, "error": ""}
            if through.prints_later:
                first = at + ASK_FIRST_AFTER
                transition_matching(row, Receipt.Status.REGISTERED, registered_at=at, next_attempt_at=first, **stamps)
            else:
                transition_matching(row, Receipt.Status.SENT, sent_at=at, next_attempt_at=None, **stamps)
            tally.done += 1
    return tally


def send_receipt_again(receipt: Receipt, *, at: datetime) -> None:
    """Queue a failed receipt again with all its attempts. Raises `ForbiddenMove` if it has not failed. Owns its
    transaction.
    """
    with transaction.atomic():
        transition([receipt], Receipt.Status.QUEUED, attempts=0, next_attempt_at=at, error="")


def correct_receipt(receipt: Receipt, *, ordered_by: str = "", at: datetime) -> None:
    """Queue a receipt that was never printed in time as a correction receipt, under a new number.

    `ordered_by` is the number of the tax office's order; without one the cinema corrects by itself. Raises
    `NoCorrection` where the service prints none, `CorrectionNumberRefused`, and `ForbiddenMove` if the receipt has not
    failed. Owns its transaction.
    """
    number = ordered_by.strip()
    if len(number) > CORRECTION_NUMBER_LENGTH or not number.isprintable():
        raise CorrectionNumberRefused
    if not sender().corrects(receipt):
        raise NoCorrection
    kinds = Receipt.Correction
    about = {"correction": kinds.INSTRUCTION if number else kinds.SELF, "correction_number": number}
    with transaction.atomic():
        transition([receipt], Receipt.Status.QUEUED, uid=uuid4(), attempts=0, next_attempt_at=at, error="", **about)


def number_receipts(receipts: Sequence[Receipt], *, number: str, at: datetime) -> None:
    """Enter the number that a separate cash register printed on the receipt of these, which are of one sale or refund.

    Raises `ReceiptNumberNeeded`, and `ForbiddenMove` or `ConcurrentChange` for those that have one. Owns its
    transaction.
    """
    number = number.strip()
    if not re.fullmatch(r"\d{1,20}", number, re.ASCII):
        raise ReceiptNumberNeeded
    with transaction.atomic():
        transition(receipts, Receipt.Status.SENT, external_id=number, sent_at=at)
