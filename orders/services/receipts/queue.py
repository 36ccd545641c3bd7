"""Fiscal receipts come after the fact: of money that came, of money that went back, and of a show that is over.

The job finds the facts and queues a receipt for each, once; its lines add up to the money to the kopeck. Then they are
sent, each under a name that makes a repeated request the same one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from cinema.money import CENT, ZERO, split
from cinema.status import transition, transition_matching
from concessions.models import ConcessionPreorder
from jobs.claims import Backoff
from jobs.steps import Counts
from orders.models import Order, RefundLine, Ticket
from orders.reasons import Reason
from orders.services.refunds.effects import OrderLine
from payments import gateways
from payments.errors import GatewayError
from payments.fiscal import sender
from payments.models import MANUAL_GATEWAYS, Gateway, Payment, Rates, Receipt, ReceiptLine, Refund, Subject

BACKOFF = Backoff(
    [timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=12), timedelta(days=1)]
)
MAX_ATTEMPTS = BACKOFF.max_attempts


def to_settle(at: datetime) -> QuerySet[Receipt]:
    """Sale receipts of money taken ahead of a show that is over now: the second receipt is due."""
    return Receipt.objects.filter(
        awaits_settlement=True, order__status=Order.Status.COMPLETED, order__completed_at__lte=at
    )


def receipt_sales(payments: Sequence[Payment], *, at: datetime) -> None:
    """Queue the receipt of each payment that succeeded. A constant number of queries.

    Must be called inside a transaction (the payments are locked and were read afterwards).
    """
    orders = Order.objects.in_bulk({payment.order_id for payment in payments})
    lines = _lines_of(orders)
    returned = set(
        Refund.objects.filter(payment__in=payments, reason=Reason.MONEY_RETURNED).values_list("payment_id", flat=True)
    )
    rates = Rates()
    ready = []
    for payment in payments:
        order, day = orders[payment.order_id], _day(payment.succeeded_at or at)
        sold = lines[order.pk]
        is_ahead = payment.pk not in returned and _is_ahead(payment, sold)
        receipt = Receipt(
            kind=Receipt.Kind.SALE,
            order=order,
            payment=payment,
            amount=payment.amount,
            # Money that the order could not take has nothing to be settled: it goes back.
            is_prepayment=is_ahead,
            awaits_settlement=is_ahead,
            created_at=at,
            **_beginning(payment, at=at),
        )
        parts = [] if payment.pk in returned else [(line, line.paid) for line in sold]
        ready.append((receipt, _written(order, parts, payment.amount, rates, day)))
    _queue(ready)
    Payment.objects.filter(pk__in=[payment.pk for payment in payments]).update(receipted_at=at)


def receipt_refunds(refunds: Sequence[Refund], *, at: datetime) -> None:
    """Queue the receipt of each refund that went back. A constant number of queries.

    Must be called inside a transaction (the refunds are locked and were read afterwards).
    """
    orders = Order.objects.in_bulk({refund.order_id for refund in refunds})
    named: defaultdict[int, list[tuple[OrderLine, Decimal]]] = defaultdict(list)
    for each in RefundLine.objects.filter(refund__in=refunds).select_related(*THINGS).order_by("pk"):
        thing = each.ticket or each.preorder
        if thing is not None:
            named[each.refund_id].append((thing, each.amount))
    all_lines = _lines_of(orders)
    rates = Rates()
    ready = []
    for refund in refunds:
        order, day = orders[refund.order_id], _day(refund.succeeded_at or at)
        parts = named[refund.pk] or [(line, line.paid) for line in all_lines[order.pk]]
        if refund.reason == Reason.MONEY_RETURNED:
            parts = []
        assert refund.payment is not None
        receipt = Receipt(
            kind=Receipt.Kind.REFUND,
            order=order,
            payment=refund.payment,
            refund=refund,
            amount=refund.amount,
            created_at=at,
            **_beginning(refund.payment, at=at),
        )
        ready.append((receipt, _written(order, parts, refund.amount, rates, day)))
    _queue(ready)
    # Nothing of a refunded order is left to be settled after the show.
    over = Receipt.objects.filter(awaits_settlement=True, order__in=orders, order__status=Order.Status.REFUNDED)
    over.update(awaits_settlement=False)
    Refund.objects.filter(pk__in=[refund.pk for refund in refunds]).update(receipted_at=at)


def receipt_settlements(sales: Sequence[Receipt], *, at: datetime) -> None:
    """Queue the second receipt of money that was taken ahead of a show that is over, for what was not refunded.

    A constant number of queries. Must be called inside a transaction (the sale receipts are locked and were read
    afterwards).
    """
    orders = Order.objects.in_bulk({sale.order_id for sale in sales})
    lines = _lines_of(orders)
    back = RefundLine.objects.filter(refund__order__in=orders).values_list("ticket_id", "preorder_id")
    gone = {(Ticket, ticket) if ticket else (ConcessionPreorder, preorder) for ticket, preorder in back}
    rates = Rates()
    ready = []
    for sale in sales:
        order = orders[sale.order_id]
        parts = [(line, line.paid) for line in lines[order.pk] if (type(line), line.pk) not in gone]
        amount = sum((paid for _line, paid in parts), ZERO)
        if amount:
            receipt = Receipt(
                kind=Receipt.Kind.SETTLEMENT,
                order=order,
                payment_id=sale.payment_id,
                amount=amount,
                created_at=at,
                next_attempt_at=at,
            )
            ready.append((receipt, _written(order, parts, amount, rates, _day(order.completed_at or at))))
    _queue(ready)
    Receipt.objects.filter(pk__in=[sale.pk for sale in sales]).update(awaits_settlement=False)


def send_receipts(receipts: Sequence[Receipt], *, at: datetime) -> Counts:
    """Hand the receipts to the sender, each under its own name, so that a repeated request is the same one.

    One that could not be sent is tried again, later each time, and fails after `MAX_ATTEMPTS`: staff send it again.
    Must not be called inside a transaction: it talks to a network.
    """
    tally = Counts()
    through = sender()
    for receipt in receipts:
        tries = receipt.attempts + 1
        # Another sender may have been faster, and then has done the same: a receipt that is not queued stays as it is.
        row = Receipt.objects.filter(pk=receipt.pk, status=Receipt.Status.QUEUED)
        try:
            number = through.send(receipt)
        except GatewayError as error:
            if (wait := BACKOFF.after(tries)) is not None:
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
    """Queue a failed receipt again, with all attempts before it. Raises `ForbiddenMove` if it has not failed. Owns its
    transaction.
    """
    with transaction.atomic():
        transition([receipt], Receipt.Status.QUEUED, attempts=0, next_attempt_at=at, error="")


# --- For gateways that print receipts themselves


def lines_to_charge(payment: Payment) -> tuple[gateways.ChargeLine, ...]:
    """The receipt of a payment that begins; nothing where its gateway prints none."""
    if not _prints(payment.gateway):
        return ()
    order = payment.order
    parts = [(line, line.paid) for line in _lines_of([order.pk])[order.pk]]
    return _told(_written(order, parts, payment.amount, Rates(), _day(payment.created_at)))


def lines_to_send_back(refund: Refund) -> tuple[gateways.ChargeLine, ...]:
    """The receipt of a refund that is sent; nothing where its gateway prints none."""
    if refund.payment is None or not _prints(refund.payment.gateway):
        return ()
    order = refund.order
    named = refund.lines.select_related(*THINGS).order_by("pk")
    parts = [(thing, each.amount) for each in named if (thing := each.ticket or each.preorder)]
    if not parts and refund.reason != Reason.MONEY_RETURNED:
        parts = [(line, line.paid) for line in _lines_of([order.pk])[order.pk]]
    return _told(_written(order, parts, refund.amount, Rates(), _day(refund.requested_at)))


def _told(rows: Iterable[ReceiptLine]) -> tuple[gateways.ChargeLine, ...]:
    return tuple(
        gateways.ChargeLine(
            name=row.name,
            quantity=row.quantity,
            amount=row.price * row.quantity,
            vat=row.vat,
            is_service=row.subject == Subject.TICKETS,
        )
        for row in rows
    )


# --- Lines

THINGS = ["ticket__session__film", "ticket__session__hall__cinema", "ticket__seat", "preorder__concession_item"]


def _lines_of(orders: Iterable[int]) -> dict[int, list[OrderLine]]:
    """What each order was sold for money, whatever became of it since. Two queries."""
    found: defaultdict[int, list[OrderLine]] = defaultdict(list)
    tickets = Ticket.objects.filter(order__in=orders).select_related("session__film", "session__hall__cinema", "seat")
    snacks = ConcessionPreorder.objects.filter(order__in=orders).select_related("concession_item")
    lines: list[OrderLine] = [*tickets.order_by("pk"), *snacks.order_by("pk")]
    for line in lines:
        if line.paid:
            found[line.order_id].append(line)
    return found


def _is_ahead(payment: Payment, lines: Iterable[OrderLine]) -> bool:
    """Whether what was paid for comes only later: a show, or, bought online, anything."""
    paid_at = payment.succeeded_at or payment.created_at
    shows = (line.session.start_datetime for line in lines if isinstance(line, Ticket))
    return payment.gateway not in MANUAL_GATEWAYS or any(start > paid_at for start in shows)


def _prints(gateway: str) -> bool:
    return gateway == Gateway.YOOKASSA and settings.YOOKASSA_RECEIPTS


def _beginning(payment: Payment, *, at: datetime) -> dict[str, Any]:
    """The first status of a receipt: queued, or sent where the gateway prints it and got the lines with the money."""
    if _prints(payment.gateway):
        return {"status": Receipt.Status.SENT, "sent_at": at}
    return {"status": Receipt.Status.QUEUED, "next_attempt_at": at}


def _written(
    order: Order, parts: Sequence[tuple[OrderLine, Decimal]], amount: Decimal, rates: Rates, day: date
) -> list[ReceiptLine]:
    """The receipt's lines, which add up to `amount`: of what was sold, in proportion where the sums differ; of an
    advance where the money was for nothing that can be named."""
    with translation.override(order.language):
        if not sum((paid for _line, paid in parts), ZERO):
            name, vat = _("Advance, order %(order)s") % {"order": order}, rates.on(Subject.TICKETS, day)
            return [ReceiptLine(name=name, subject=Subject.TICKETS, quantity=1, price=amount, vat=vat)]
        shares = split(amount, [paid for _line, paid in parts])
        return [
            row for (line, _paid), share in zip(parts, shares, strict=True) for row in _rows(line, share, rates, day)
        ]


def _rows(line: OrderLine, amount: Decimal, rates: Rates, day: date) -> Iterable[ReceiptLine]:
    """One row, or two where the amount cannot be divided by the quantity to the kopeck."""
    if isinstance(line, Ticket):
        name = _("Ticket: %(film)s, %(seat)s") % {"film": line.session.film, "seat": line.seat}
        subject, quantity = Subject.TICKETS, 1
    else:
        name, subject, quantity = line.concession_item.name, Subject.GOODS, line.quantity
    price = (amount / quantity).quantize(CENT, ROUND_DOWN)
    dearer = int((amount - price * quantity) / CENT)
    for number, each in ((quantity - dearer, price), (dearer, price + CENT)):
        if number and each:
            yield ReceiptLine(name=name[:128], subject=subject, quantity=number, price=each, vat=rates.on(subject, day))


def _day(at: datetime) -> date:
    return at.astimezone(settings.RECEIPT_ZONE).date()


def _queue(ready: Sequence[tuple[Receipt, list[ReceiptLine]]]) -> None:
    Receipt.objects.bulk_create([receipt for receipt, _lines in ready])
    lines = []
    for receipt, rows in ready:
        for row in rows:
            row.receipt = receipt
            lines.append(row)
    ReceiptLine.objects.bulk_create(lines)
