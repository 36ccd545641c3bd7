from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Count, ExpressionWrapper, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from cinema.money import ZERO, MoneyField
from orders.models import Order, RefundLine
from payments.models import MANUAL_GATEWAYS, GiftCardMovement, Payment, Refund
from reports.counting.compiled import compiled_for_days
from reports.days import Days, Row
from reports.models import GIFT_CARDS_SOLD, Tender

#: For each measure of a row below: the columns of `MoneyFigures` for the number and the amount.
COLUMNS = {
    "received": ("payments", "received"),
    "refunded": ("refunds", "refunded"),
    "paid_back": ("payouts", "paid_back"),
}
CINEMA = "order__cinema"
#: Refunds that staff paid out, of payments that went through a gateway.
BY_HAND = Q(handed_out=True) & ~Q(payment__gateway__in=MANUAL_GATEWAYS)
COMMON = ("measure", "cinema_id", "about", "tender", "channel")


def count(days: Days, as_of: datetime) -> Iterator[Row]:
    """The figures of money by tender: see `MoneyFigures`. One query.

    A payment counts when it succeeded; a refund when it was made (`refunded`), and again when it was paid back. Points
    count like a payment method: received when the order was paid, refunded with the lines that they had paid for. What
    was taken for gift cards counts by how it was taken.
    """
    for row in _rows(days, as_of):
        number, amount = COLUMNS[row["measure"]]
        yield {**{column: row[column] for column in COMMON}, number: row["number"], amount: row["total"]}


@compiled_for_days
def _rows(days: Days, as_of: datetime) -> QuerySet[Any, dict[str, Any]]:
    return _received(days, as_of).union(
        _refunded(days, as_of),
        _paid_back(days, as_of),
        _points_received(days, as_of),
        _points_refunded(days, as_of),
        *(_gift_cards(days, as_of, measure) for measure in COLUMNS),
        all=True,
    )


def _received(days: Days, as_of: datetime) -> QuerySet[Any, dict[str, Any]]:
    return (
        Payment.objects.filter(
            days.within("succeeded_at", CINEMA), succeeded_at__lt=as_of, status=Payment.Status.SUCCEEDED
        )
        .order_by()
        .annotate(
            measure=Value("received"),
            about=days.date_of("succeeded_at", CINEMA),
            cinema_id=F("order__cinema"),
            tender=F("gateway"),
            channel=F("order__channel"),
        )
        .values(*COMMON)
        .annotate(number=Count("pk"), total=Sum("amount"))
    )


def _refunded(days: Days, as_of: datetime) -> QuerySet[Any, dict[str, Any]]:
    return (
        Refund.objects.filter(
            days.within("requested_at", CINEMA), requested_at__lt=as_of, payment__isnull=False, amount__gt=ZERO
        )
        .order_by()
        .annotate(
            measure=Value("refunded"),
            about=days.date_of("requested_at", CINEMA),
            cinema_id=F("order__cinema"),
            tender=F("payment__gateway"),
            channel=F("order__channel"),
        )
        .values(*COMMON)
        .annotate(number=Count("pk"), total=Sum("amount"))
    )


def _paid_back(days: Days, as_of: datetime) -> QuerySet[Any, dict[str, Any]]:
    tender = Case(When(BY_HAND, then=Value(Tender.BY_HAND)), default=F("payment__gateway"), output_field=CharField())
    return (
        Refund.objects.filter(
            days.within("succeeded_at", CINEMA),
            succeeded_at__lt=as_of,
            status=Refund.Status.SUCCEEDED,
            payment__isnull=False,
            amount__gt=ZERO,
        )
        .order_by()
        .annotate(
            measure=Value("paid_back"),
            about=days.date_of("succeeded_at", CINEMA),
            cinema_id=F("order__cinema"),
            tender=tender,
            channel=F("order__channel"),
        )
        .values(*COMMON)
        .annotate(number=Count("pk"), total=Sum("amount"))
    )


def _points_received(days: Days, as_of: datetime) -> QuerySet[Any, dict[str, Any]]:
    return (
        Order.objects.filter(days.within("paid_at", "cinema"), paid_at__lt=as_of, bonus_amount__gt=ZERO)
        .order_by()
        .annotate(measure=Value("received"), about=days.date_of("paid_at", "cinema"), tender=Value(Tender.POINTS))
        .values(*COMMON)
        .annotate(number=Count("pk"), total=Sum("bonus_amount"))
    )


def _points_refunded(days: Days, as_of: datetime) -> QuerySet[Any, dict[str, Any]]:
    """The points' share of the refunded tickets and preorders."""
    share = Coalesce(F("ticket__bonus_share"), F("preorder__bonus_share"))
    return (
        RefundLine.objects.filter(
            days.within("refund__requested_at", "refund__order__cinema"),
            Q(ticket__bonus_share__gt=ZERO) | Q(preorder__bonus_share__gt=ZERO),
            refund__requested_at__lt=as_of,
            refund__order__bonus_amount__gt=ZERO,
        )
        .order_by()
        .annotate(
            measure=Value("refunded"),
            about=days.date_of("refund__requested_at", "refund__order__cinema"),
            tender=Value(Tender.POINTS),
            cinema_id=F("refund__order__cinema"),
            channel=F("refund__order__channel"),
        )
        .values(*COMMON)
        .annotate(number=Count("refund", distinct=True), total=Sum(ExpressionWrapper(share, output_field=MoneyField())))
    )


def _gift_cards(days: Days, as_of: datetime, measure: str) -> QuerySet[Any, dict[str, Any]]:
    """Cards sold; and sales undone, whose money went back at once."""
    sold, undone = GIFT_CARDS_SOLD
    sign = 1 if measure == "received" else -1
    amount = ExpressionWrapper(sign * F("amount"), output_field=MoneyField())
    return (
        GiftCardMovement.objects.filter(
            days.within("at", "card__cinema"), at__lt=as_of, kind=sold if measure == "received" else undone
        )
        .order_by()
        .annotate(
            measure=Value(measure),
            about=days.date_of("at", "card__cinema"),
            cinema_id=F("card__cinema"),
            channel=Value(Order.Channel.BOX_OFFICE),
        )
        .values(*COMMON)
        .annotate(number=Count("pk"), total=Sum(amount))
    )
