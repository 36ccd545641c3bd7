"""Queues fiscal receipts: of payments, of refunds, and, after the show, of money that was paid in advance."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from concessions.models import ConcessionPreorder
from orders.models import Order, RefundLine, Ticket
from orders.reasons import Reason
from orders.services.receipts.lines import NAMES, Part, paid_parts, sold_in
from payments.models import Payment, Receipt, Refund
from payments.services import queue_refund_receipts, queue_sale_receipts, queue_settlement_receipts


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
    # Money that the order could not take goes back: it paid for nothing, and nothing is to be settled.
    parts = {each.pk: [] if each.pk in returned else sold[each.order_id] for each in payments}
    queue_sale_receipts(payments, {each.pk: sold_in(orders[each.order_id], parts[each.pk]) for each in payments}, at=at)


def receipt_refunds(refunds: Sequence[Refund], *, at: datetime) -> None:
    """Queue the receipt of each refund that was paid back, at the VAT rates of its sale. A constant number of queries.

    Must be called inside a transaction (the refunds are locked and were read afterwards).
    """
    orders = Order.objects.in_bulk({refund.order_id for refund in refunds})
    refunded: defaultdict[int, list[Part]] = defaultdict(list)
    keys = [refund.along_with_id or refund.pk for refund in refunds]
    for each in RefundLine.objects.filter(refund__in=keys).select_related(*NAMES).order_by("pk"):
        thing = each.ticket or each.preorder
        if thing is not None:
            refunded[each.refund_id].append((thing, each.amount))
    sold = paid_parts(orders)
    about = {}
    for refund in refunds:
        lines = refunded[refund.along_with_id or refund.pk]
        parts = [] if refund.reason == Reason.MONEY_RETURNED else lines or sold[refund.order_id]
        about[refund.pk] = sold_in(orders[refund.order_id], parts)
    queue_refund_receipts(refunds, about, at=at)
    # Nothing of a refunded order is left to be settled after the show.
    over = Receipt.objects.filter(awaits_settlement=True, order__in=orders, order__status=Order.Status.REFUNDED)
    over.update(awaits_settlement=False)


def receipt_settlements(sales: Sequence[Receipt], *, at: datetime) -> None:
    """Queue the second receipt of money paid in advance for a show that is over, for what was not refunded.

    A constant number of queries. Must be called inside a transaction (the sale receipts are locked and were read
    afterwards).
    """
    orders = Order.objects.in_bulk({sale.order_id for sale in sales})
    sold = paid_parts(orders)
    back = RefundLine.objects.filter(refund__order__in=orders, amount__gt=0).values_list("ticket_id", "preorder_id")
    refunded = {(Ticket, ticket) if ticket else (ConcessionPreorder, preorder) for ticket, preorder in back}
    kept = {}
    for sale in sales:
        order = orders[sale.order_id]
        parts = [(line, paid) for line, paid in sold[order.pk] if (type(line), line.pk) not in refunded]
        kept[sale.pk] = sold_in(order, parts), order.completed_at or at
    queue_settlement_receipts(sales, kept, at=at)
