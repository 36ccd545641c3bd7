from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from django.db.models import Case, CharField, Count, ExpressionWrapper, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce

from cinema.money import ZERO, MoneyField
from orders.models import Order, RefundLine
from payments.models import MANUAL_GATEWAYS, Payment, Refund
from reports.days import Days, Row
from reports.models import Tender


def count(days: Days, as_of: datetime) -> Iterator[Row]:
    """The figures of money by tender: see `MoneyFigures`. Five queries.

    A payment counts when it succeeded; a refund when it was made (`refunded`), and again when it was paid back. Points
    count like a payment method: received when the order was paid, refunded with the lines that they had paid for.
    """
    of_cinemas = Q(order__cinema__in=days.cinemas)
    return chain(
        _received(days, as_of, of_cinemas),
        _refunded(days, as_of, of_cinemas),
        _paid_back(days, as_of, of_cinemas),
        _points_received(days, as_of),
        _points_refunded(days, as_of),
    )


def _received(days: Days, as_of: datetime, of_cinemas: Q) -> Iterator[Row]:
    return (
        Payment.objects.filter(
            days.within("succeeded_at"), of_cinemas, succeeded_at__lt=as_of, status=Payment.Status.SUCCEEDED
        )
        .order_by()
        .annotate(
            about=days.date_of("succeeded_at"),
            cinema_id=F("order__cinema"),
            tender=F("gateway"),
            channel=F("order__channel"),
        )
        .values("cinema_id", "about", "tender", "channel")
        .annotate(payments=Count("pk"), received=Sum("amount"))
        .iterator()
    )


def _refunded(days: Days, as_of: datetime, of_cinemas: Q) -> Iterator[Row]:
    return (
        Refund.objects.filter(
            days.within("requested_at"), of_cinemas, requested_at__lt=as_of, payment__isnull=False, amount__gt=ZERO
        )
        .order_by()
        .annotate(
            about=days.date_of("requested_at"),
            cinema_id=F("order__cinema"),
            tender=F("payment__gateway"),
            channel=F("order__channel"),
        )
        .values("cinema_id", "about", "tender", "channel")
        .annotate(refunds=Count("pk"), refunded=Sum("amount"))
        .iterator()
    )


def _paid_back(days: Days, as_of: datetime, of_cinemas: Q) -> Iterator[Row]:
    by_hand = Q(handed_out=True) & ~Q(payment__gateway__in=MANUAL_GATEWAYS)
    tender = Case(When(by_hand, then=Value(Tender.BY_HAND)), default=F("payment__gateway"), output_field=CharField())
    return (
        Refund.objects.filter(
            days.within("succeeded_at"),
            of_cinemas,
            succeeded_at__lt=as_of,
            status=Refund.Status.SUCCEEDED,
            payment__isnull=False,
            amount__gt=ZERO,
        )
        .order_by()
        .annotate(
            about=days.date_of("succeeded_at"), cinema_id=F("order__cinema"), tender=tender, channel=F("order__channel")
        )
        .values("cinema_id", "about", "tender", "channel")
        .annotate(payouts=Count("pk"), paid_back=Sum("amount"))
        .iterator()
    )


def _points_received(days: Days, as_of: datetime) -> Iterator[Row]:
    rows = (
        Order.objects.filter(days.within("paid_at"), paid_at__lt=as_of, cinema__in=days.cinemas, bonus_amount__gt=ZERO)
        .order_by()
        .annotate(about=days.date_of("paid_at"), tender=Value(Tender.POINTS))
        .values("cinema_id", "about", "tender", "channel")
        .annotate(orders=Count("pk"), received=Sum("bonus_amount"))
        .iterator()
    )
    for row in rows:
        yield {**row, "payments": row["orders"]}  # an order already has a relation of this name


def _points_refunded(days: Days, as_of: datetime) -> Iterator[Row]:
    """The points' share of the refunded tickets and preorders."""
    share = Coalesce(F("ticket__bonus_share"), F("preorder__bonus_share"))
    return (
        RefundLine.objects.filter(
            days.within("refund__requested_at"),
            refund__requested_at__lt=as_of,
            refund__order__cinema__in=days.cinemas,
            refund__order__bonus_amount__gt=ZERO,
        )
        .order_by()
        .annotate(
            about=days.date_of("refund__requested_at"),
            tender=Value(Tender.POINTS),
            cinema_id=F("refund__order__cinema"),
            channel=F("refund__order__channel"),
        )
        .values("cinema_id", "about", "tender", "channel")
        .annotate(
            refunds=Count("refund", distinct=True), refunded=Sum(ExpressionWrapper(share, output_field=MoneyField()))
        )
        .iterator()
    )
