from collections.abc import Iterator
from datetime import datetime
from itertools import chain, pairwise

from django.db.models import (
    BigIntegerField,
    Case,
    Exists,
    Expression,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from cinema.money import ZERO, MoneyField
from concessions.models import ConcessionPreorder
from orders.models import Ticket
from payments.models import Rates, Subject, Vat
from reports.counting.vat import PERCENT, included
from reports.days import Days, Row
from screenings.models import Session

Status = ConcessionPreorder.Status


def count(days: Days, as_of: datetime) -> Iterator[Row]:
    """The figures of bar items by line: see `BarFigures`. Three queries.

    An item counts from the instant its order was paid. Rows with the same key, from orders with and without tickets,
    are to be added up.
    """
    sold = ConcessionPreorder.objects.filter(
        Q(status__in=[Status.PENDING, Status.READY, Status.COLLECTED, Status.EXPIRED]) | Q(refund_line__isnull=False),
        order__paid_at__lt=as_of,
        order__cinema__in=days.cinemas,
    )
    tickets = Ticket.objects.filter(order=OuterRef("order"))
    first_start = Subquery(tickets.order_by("session__start_datetime").values("session__start_datetime")[:1])
    sessions = Session.objects.filter(days.within("start_datetime", "hall__cinema"))
    with_tickets = sold.filter(order__in=Ticket.objects.filter(session__in=sessions).values("order")).annotate(
        instant=first_start
    )
    without = sold.filter(~Exists(tickets), days.within("order__paid_at", "order__cinema")).annotate(
        instant=F("order__paid_at")
    )
    percent = _percent(days)
    return chain(*(_grouped(each, days, percent, as_of) for each in (with_tickets, without)))


def _grouped(
    preorders: QuerySet[ConcessionPreorder], days: Days, percent: Expression, as_of: datetime
) -> Iterator[Row]:
    back = Q(refund_line__refund__requested_at__lt=as_of)
    value = F("unit_price") * F("quantity") - F("discount_share")
    kept = ExpressionWrapper(value - F("bonus_share"), output_field=MoneyField())
    return (
        preorders.filter(days.within("instant", "order__cinema"))
        .order_by()
        .annotate(
            about=days.date_of("instant", "order__cinema"),
            cinema_id=F("order__cinema"),
            item_id=F("concession_item"),
            channel=F("order__channel"),
            promocode_id=F("order__promocode"),
        )
        .values("cinema_id", "about", "item_id", "channel", "promocode_id")
        .annotate(
            sold=Sum("quantity"),
            refunded=Coalesce(Sum("quantity", filter=back), 0),
            uncollected=Coalesce(
                Sum("quantity", filter=~back & Q(status=Status.EXPIRED, collection_deadline__lt=as_of)), 0
            ),
            gross=Sum(ExpressionWrapper(F("unit_price") * F("quantity"), output_field=MoneyField())),
            discount=Sum("discount_share"),
            points=Sum("bonus_share"),
            refunded_value=Sum(ExpressionWrapper(value, output_field=MoneyField()), filter=back, default=ZERO),
            refunded_money=Sum("refund_line__amount", filter=back, default=ZERO),
            vat=Sum(included(kept, percent), filter=~back, default=ZERO),
        )
        .iterator()
    )


def _percent(days: Days) -> Expression:
    """The VAT rate of goods on the business date, `about`. One query, made here."""
    rates = Rates()
    percent_of = {date: PERCENT[Vat(rates.on(Subject.GOODS, date))] for date in sorted({day.date for day in days.days})}
    cases = [
        When(about__lt=following, then=Value(percent_of[date]))
        for date, following in pairwise(percent_of)
        if percent_of[date] != percent_of[following]
    ]
    return Case(*cases, default=Value(percent_of[max(percent_of)]), output_field=BigIntegerField())
