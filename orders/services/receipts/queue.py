"""Queues fiscal receipts: of payments, of refunds, and, after the show, of money that was paid in advance."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import QuerySet

from cinema.money import ZERO
from concessions.models import ConcessionPreorder
from orders.models import Order, RefundLine, Ticket
from orders.reasons import Reason
from orders.services.receipts.lines import NAMES, Part, lines_for, paid_parts
from payments.fiscal import taxed_at
from payments.models import MANUAL_GATEWAYS, Payment, Rates, Receipt, Refund
from payments.services import refund_receipt, sale_receipt, save_receipts, settlement_receipt, vat_of_sales


def to_settle(at: datetime) -> QuerySet[Receipt]:
    """Sale receipts of money paid in advance for a show that is over by `at`: the second receipt is due."""
    return Receipt.objects.filter(
        awaits_settlement=True, order__status=Order.Status.COMPLETED, order__completed_at__lte=at
    )


def receipt_sales(payments: Sequence[Payment], *, at: datetime) -> None:
    """Queue the receipt of each payment that succeeded. A constant number of queries.

    Must be called inside a transaction (the payments are locked and were read afterwards).
    """
    orders = Order.objects.in_bulk({payment.order_id for payment in payments})
    sold = paid_parts(orders)
    returned = set(
        Refund.objects.filter(payment__in=payments, reason=Reason.MONEY_RETURNED).values_list("payment_id", flat=True)
    )
    rates = Rates()
    receipts = []
    for payment in payments:
        # Money that the order could not take goes back: it paid for nothing, and nothing is to be settled.
        parts = [] if payment.pk in returned else sold[payment.order_id]
        in_advance = payment.pk not in returned and _is_in_advance(payment, parts)
        vat_of = rates.at(taxed_at(payment), prepaid=in_advance or not parts)
        lines = lines_for(orders[payment.order_id], parts, total=payment.amount, vat_of=vat_of)
        receipts.append((sale_receipt(payment, in_advance=in_advance, at=at), lines))
    save_receipts(receipts)
    Payment.objects.filter(pk__in=[payment.pk for payment in payments]).update(receipted_at=at)


def receipt_refunds(refunds: Sequence[Refund], *, at: datetime) -> None:
    """Queue the receipt of each refund that was paid back, at the VAT rates of its sale. A constant number of queries.

    Must be called inside a transaction (the refunds are locked and were read afterwards).
    """
    orders = Order.objects.in_bulk({refund.order_id for refund in refunds})
    refunded: defaultdict[int, list[Part]] = defaultdict(list)
    for each in RefundLine.objects.filter(refund__in=refunds).select_related(*NAMES).order_by("pk"):
        thing = each.ticket or each.preorder
        if thing is not None:
            refunded[each.refund_id].append((thing, each.amount))
    sold = paid_parts(orders)
    payments = Payment.objects.in_bulk({refund.payment_id for refund in refunds if refund.payment_id})
    vat_of = vat_of_sales(payments.values())
    receipts = []
    for refund in refunds:
        order = orders[refund.order_id]
        parts = [] if refund.reason == Reason.MONEY_RETURNED else refunded[refund.pk] or sold[order.pk]
        payment = payments[refund.payment_id or 0]
        lines = lines_for(order, parts, total=refund.amount, vat_of=vat_of[payment.pk])
        receipts.append((refund_receipt(refund, payment, at=at), lines))
    save_receipts(receipts)
    # Nothing of a refunded order is left to be settled after the show.
    over = Receipt.objects.filter(awaits_settlement=True, order__in=orders, order__status=Order.Status.REFUNDED)
    over.update(awaits_settlement=False)
    Refund.objects.filter(pk__in=[refund.pk for refund in refunds]).update(receipted_at=at)


def receipt_settlements(sales: Sequence[Receipt], *, at: datetime) -> None:
    """Queue the second receipt of money paid in advance for a show that is over, for what was not refunded.

    A constant number of queries. Must be called inside a transaction (the sale receipts are locked and were read
    afterwards).
    """
    orders = Order.objects.in_bulk({sale.order_id for sale in sales})
    sold = paid_parts(orders)
    back = RefundLine.objects.filter(refund__order__in=orders).values_list("ticket_id", "preorder_id")
    refunded = {(Ticket, ticket) if ticket else (ConcessionPreorder, preorder) for ticket, preorder in back}
    rates = Rates()
    receipts = []
    for sale in sales:
        order = orders[sale.order_id]
        parts = [(line, paid) for line, paid in sold[order.pk] if (type(line), line.pk) not in refunded]
        total = sum((paid for _line, paid in parts), ZERO)
        if total:
            lines = lines_for(order, parts, total=total, vat_of=rates.at(order.completed_at or at))
            receipts.append((settlement_receipt(sale, total=total, at=at), lines))
    save_receipts(receipts)
    Receipt.objects.filter(pk__in=[sale.pk for sale in sales]).update(awaits_settlement=False)


def _is_in_advance(payment: Payment, parts: Iterable[Part]) -> bool:
    """Whether what was paid for is delivered later: always online, and at the box office before a show."""
    paid_at = payment.succeeded_at or payment.created_at
    shows = (line.session.start_datetime for line, _paid in parts if isinstance(line, Ticket))
    return payment.gateway not in MANUAL_GATEWAYS or any(start > paid_at for start in shows)
