from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

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
from concessions.models import ConcessionPreorder, StockMovement
from orders.models import Ticket
from payments.models import Subject, Vat
from reports.counting.compiled import compiled_for_days
from reports.counting.vat import PERCENT, included
from reports.days import Days, Row

Status = ConcessionPreorder.Status
#: Preorders that are sold, refunded ones among them, provided that their order is paid.
SOLD = Q(status__in=[Status.PENDING, Status.READY, Status.COLLECTED, Status.EXPIRED]) | Q(refund_line__isnull=False)


def count(days: Days, as_of: datetime) -> Iterable[Row]:
    """The figures of bar items by line: see `BarFigures`. One query, and one for the VAT rates, once.

    An item counts from the instant its order was paid. Rows with the same key, from orders with and without tickets,
    are to be added up.
    """
    return _count(days, as_of, "item_id", "channel", "promocode_id")


def count_by_item(days: Days, as_of: datetime) -> Iterable[Row]:
    """The same in fewer rows: one for each item, however much was sold."""
    return _count(days, as_of, "item_id")


def count_by_screening(days: Days, as_of: datetime) -> Iterable[Row]:
    """The same for each screening that was the first one of its orders (`session_id`)."""
    return _count(days, as_of, "session_id")


def _count(days: Days, as_of: datetime, *by: str) -> Sequence[Row]:
    dates = sorted({day.date for day in days.days})
    return _rows(days, as_of, by, tuple(PERCENT[Vat(days.rates.on(Subject.GOODS, date))] for date in dates))


@compiled_for_days
def _rows(days: Days, as_of: datetime, by: Sequence[str], percents: Sequence[int]) -> QuerySet[Any, Any]:
    """`percents` are the VAT rates of the dates, in order."""
    sold = ConcessionPreorder.objects.filter(SOLD, order__paid_at__lt=as_of)
    with_seats, without = (_grouped(each, days, as_of, by, percents) for each in by_instant(sold, days))
    return with_seats.union(without, all=True)


def by_instant(
    preorders: QuerySet[ConcessionPreorder], days: Days
) -> tuple[QuerySet[ConcessionPreorder], QuerySet[ConcessionPreorder]]:
    """Those that count on one of the days, at `instant`: of orders with tickets, and of orders without."""
    tickets = Ticket.objects.filter(order=OuterRef("order"))
    without = preorders.filter(~Exists(tickets), days.within("order__paid_at", "order__cinema"))
    nowhere = Value(None, output_field=BigIntegerField())
    return with_tickets(preorders, days), without.annotate(instant=F("order__paid_at"), session_id=nowhere)


def with_tickets(preorders: QuerySet[ConcessionPreorder], days: Days) -> QuerySet[ConcessionPreorder]:
    """Those of orders with tickets whose first screening, at `instant`, is on one of the days."""
    # Asked of the ticket's order, not of the preorder's: otherwise it is looked up for every preorder ever. Nearly all
    # orders are for one screening: when it starts is asked of the others alone.
    others = Ticket.objects.filter(order=OuterRef("order__tickets__order"))
    starts = OuterRef("order__tickets__session__start_datetime")
    same = Q(session=OuterRef("order__tickets__session"))
    before = Q(pk__lt=OuterRef("order__tickets__pk"))
    earlier = Q(session__start_datetime__lt=starts) | Q(session__start_datetime=starts) & before
    # One condition for all, so that each preorder is joined with the first ticket of its order alone. The cinema is
    # asked of the hall: otherwise the tickets of the whole chain are read.
    of_first_ticket = preorders.filter(
        days.within("order__tickets__session__start_datetime", "order__tickets__session__hall__cinema"),
        ~Exists(others.filter(same, before)),
        ~Exists(others.filter(~same, earlier)),
    )
    return of_first_ticket.annotate(
        instant=F("order__tickets__session__start_datetime"), session_id=F("order__tickets__session")
    )


def _grouped(
    preorders: QuerySet[ConcessionPreorder], days: Days, as_of: datetime, by: Sequence[str], percents: Sequence[int]
) -> QuerySet[Any, Any]:
    back = Q(refund_line__refund__requested_at__lt=as_of)
    value = F("unit_price") * F("quantity") - F("discount_share")
    kept = ExpressionWrapper(value - F("bonus_share"), output_field=MoneyField())
    return (
        preorders.order_by()
        .annotate(
            about=days.date_of("instant", "order__cinema"),
            cinema_id=F("order__cinema"),
            item_id=F("concession_item"),
            channel=F("order__channel"),
            line_cost=_cost(as_of),
            promocode_id=F("order__promocode"),
        )
        .values("cinema_id", "about", *by)
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
            cost=Sum("line_cost", default=ZERO),
            uncosted=Coalesce(Sum("quantity", filter=~back & Q(line_cost__isnull=True)), 0),
            vat=Sum(included(kept, _percent(days, percents)), filter=~back, default=ZERO),
        )
    )


def _cost(as_of: datetime) -> Subquery:
    """What the units of a line cost that left the stock and did not come back; null if that is not known."""
    moved = StockMovement.objects.filter(preorder=OuterRef("pk"), at__lt=as_of).order_by().values("preorder")
    value = ExpressionWrapper(-Sum("value"), output_field=MoneyField())
    return Subquery(moved.annotate(cost=value).values("cost"))


def _percent(days: Days, percents: Sequence[int]) -> Expression:
    """The VAT rate of goods on the business date, `about`."""
    dates = sorted({day.date for day in days.days})
    cases = [
        When(about__lt=following, then=Value(percent))
        for (percent, next_percent), (_date, following) in zip(pairwise(percents), pairwise(dates), strict=True)
        if percent != next_percent
    ]
    return Case(*cases, default=Value(percents[-1]), output_field=BigIntegerField())
