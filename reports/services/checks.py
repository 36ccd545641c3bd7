"""The checks of a closed day: pairs of sums, counted from different tables, that should be equal."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, ExpressionWrapper, F, Q, QuerySet, Sum

from bonuses.models import BonusTransaction
from cinema.money import ZERO, MoneyField
from concessions.models import ConcessionPreorder, StockMovement
from orders.models import Order
from payments.models import CashMovement, Gateway, Payment, Receipt, Refund, Shift
from reports.models import BusinessDay, DayCheck

Name = DayCheck.Name


def checks_of(day: BusinessDay) -> Iterable[DayCheck]:
    """The checks of the day, not saved. At most twenty queries."""
    for name, sides in SIDES.items():
        left, right = sides(day)
        yield DayCheck(day=day, name=name, left=left, right=right)


def _money(day: BusinessDay) -> tuple[Decimal, Decimal]:
    """The money kept for the orders that the day touched, against what these orders and their refunded lines say.

    Both are sums since the orders' beginning, since a refund made elsewhere may wait for its lines for days.
    """
    end = day.ends_at
    paid = Order.objects.filter(_on(day, "paid_at"), cinema=day.cinema_id).order_by().values_list("pk")
    moved = [rows.order_by().values_list("order") for rows in (_payments(day), _refunds(day, "requested_at"))]
    orders = {pk for (pk,) in paid.union(*moved)}
    received = Payment.objects.filter(order__in=orders, status=Payment.Status.SUCCEEDED, succeeded_at__lt=end)
    refunds = Refund.objects.filter(order__in=orders).order_by().annotate(of_lines=Sum("lines__amount"))
    back = [refund for refund in refunds if refund.requested_at < end]
    # Nothing should be kept for an order that was refunded outside; its lines follow when the refund is processed.
    awaited = Order.objects.refund_to_process(end).filter(pk__in=orders, refunded_at__lt=end)
    kept = orders.difference(awaited.order_by().values_list("pk", flat=True))
    ordered = _sum(Order.objects.filter(pk__in=kept, paid_at__lt=end), "final_amount")
    lines = sum(refund.of_lines or ZERO for refund in back if refund.order_id in kept)
    left = _sum(received, "amount") - sum(refund.amount for refund in back)
    return left, ordered - lines - _unallocated([refund for refund in refunds if refund.order_id in kept], end)


def _unallocated(refunds: Iterable[Any], end: datetime) -> Decimal:
    """What had been refunded outside by these refunds at `end`, and belonged to no line of their orders then.

    A later refund of lines counts such money as theirs, and pays out the rest only: what its lines exceed it by was
    still open.
    """
    open_then = ZERO
    for refund in refunds:
        has_lines = refund.of_lines is not None or refund.along_with_id is not None
        if refund.requested_at < end or has_lines:
            open_then += refund.unallocated_amount
        if refund.requested_at >= end and has_lines:
            open_then += (refund.of_lines or ZERO) - refund.amount
    return open_then


def _receipts(day: BusinessDay) -> tuple[Decimal, Decimal]:
    """Receipts of the day's payments and refunds, against these, as far as receipts are required.

    For sales on a partner's account the partner issues them.
    """
    since = settings.RECEIPTS_SINCE
    if since is None:
        return ZERO, ZERO
    receipts = Receipt.objects.filter(cinema=day.cinema_id)
    sales = _sum(receipts.filter(_on(day, "payment__succeeded_at"), kind=Receipt.Kind.SALE), "amount")
    returns = _sum(receipts.filter(_on(day, "refund__succeeded_at"), kind=Receipt.Kind.REFUND), "amount")
    paid = _sum(_payments(day).filter(succeeded_at__gte=since).exclude(gateway=Gateway.ACCOUNT), "amount")
    refunds = _refunds(day, "succeeded_at").filter(status=Refund.Status.SUCCEEDED, succeeded_at__gte=since)
    refunds = refunds.exclude(payment__gateway=Gateway.ACCOUNT)
    return sales - returns, paid - _sum(refunds, "amount")


def _stock(day: BusinessDay) -> tuple[Decimal, Decimal]:
    """Units that the lines of orders hold whose stock moved on this day, against the quantities of these lines.

    Ingredients are left out: their units are those of a recipe.
    """
    moved = StockMovement.objects.filter(
        concession_item__cinema=day.cinema_id, concession_item=F("preorder__concession_item")
    )
    of_day = moved.filter(preorder__in=moved.filter(_on(day, "at")).values("preorder"))
    taken, returned = of_day.filter(kind=StockMovement.Kind.HOLD), of_day.filter(kind=StockMovement.Kind.RETURN)
    held = ConcessionPreorder.objects.filter(pk__in=taken.filter(reversed_by__isnull=True).values("preorder"))
    return -_units(taken, "quantity") - _units(returned, "quantity"), _units(held, "quantity")


def _points(day: BusinessDay) -> tuple[Decimal, Decimal]:
    """The value of points taken from customers to pay for orders, against what the orders say they pay."""
    spent = BonusTransaction.objects.filter(
        _on(day, "transaction_date"), order__cinema=day.cinema_id, transaction_type=BonusTransaction.Type.DEDUCTION
    )
    return -_units(spent, "amount") * settings.BONUS_POINT_VALUE, _sum(spent, "order__bonus_amount")


def _cash(day: BusinessDay) -> tuple[Decimal, Decimal]:
    return _counted(day, Gateway.CASH, found="counted_cash", expected="expected_cash")


def _card(day: BusinessDay) -> tuple[Decimal, Decimal]:
    return _counted(day, Gateway.CARD_TERMINAL, found="counted_card", expected="expected_card")


def _counted(day: BusinessDay, gateway: str, *, found: str, expected: str) -> tuple[Decimal, Decimal]:
    """What was counted in the shifts that were counted on the day, against what they took and gave out.

    Once a cinema has had a shift, what was taken outside of shifts should be there too: no count has it.
    """
    counted = _on(day, "counted_at")
    shifts = (
        Shift.objects.filter(cinema=day.cinema_id, opened_at__lt=day.ends_at)
        .order_by()
        .aggregate(
            number=Count("pk"),
            left=Sum(found, filter=counted, default=ZERO),
            right=Sum(expected, filter=counted, default=ZERO),
        )
    )
    if not shifts["number"]:
        return ZERO, ZERO
    taken = _payments(day).filter(gateway=gateway, shift__isnull=True)
    back = _refunds(day, "succeeded_at").filter(
        status=Refund.Status.SUCCEEDED, payment__gateway=gateway, shift__isnull=True
    )
    return shifts["left"], shifts["right"] + _sum(taken, "amount") - _sum(back, "amount")


def _transfer(day: BusinessDay) -> tuple[Decimal, Decimal]:
    """Nothing, against what is said to have gone to the bank account: only a person who looks there, and explains the
    difference, knows that it came."""
    return ZERO, _sum(recorded_transfers(day), "amount") + _sum(recorded_deposits(day), "amount")


SIDES = {
    Name.MONEY: _money,
    Name.RECEIPTS: _receipts,
    Name.STOCK: _stock,
    Name.POINTS: _points,
    Name.CASH: _cash,
    Name.CARD: _card,
    Name.TRANSFER: _transfer,
}


def recorded_transfers(day: BusinessDay) -> QuerySet[Payment]:
    """What people recorded on the day as bank transfers. Reads only."""
    return _payments(day).filter(gateway=Gateway.BANK_TRANSFER, moved_from__isnull=True)


def recorded_deposits(day: BusinessDay) -> QuerySet[CashMovement]:
    """The cash that people said on the day they took to the bank. Reads only."""
    return CashMovement.objects.filter(
        _on(day, "at"), place__cinema=day.cinema_id, kind=CashMovement.Kind.DEPOSIT, amount__gt=0
    )


def _payments(day: BusinessDay) -> QuerySet[Payment]:
    return Payment.objects.filter(
        _on(day, "succeeded_at"), status=Payment.Status.SUCCEEDED, order__cinema=day.cinema_id
    )


def _refunds(day: BusinessDay, instant: str) -> QuerySet[Refund]:
    return Refund.objects.filter(_on(day, instant), order__cinema=day.cinema_id, payment__isnull=False)


def _on(day: BusinessDay, field: str) -> Q:
    return Q(**{f"{field}__gte": day.starts_at, f"{field}__lt": day.ends_at})


def _sum(rows: QuerySet[Any], field: str) -> Decimal:
    amount = ExpressionWrapper(F(field), output_field=MoneyField())
    return rows.order_by().aggregate(total=Sum(amount, default=ZERO))["total"]


def _units(rows: QuerySet[Any], field: str) -> Decimal:
    return Decimal(rows.order_by().aggregate(total=Sum(field, default=0))["total"])
