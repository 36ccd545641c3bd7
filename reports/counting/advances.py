"""Money for screenings to come: what a day earned of it, and what refunds took back of days before.

The functions return querysets with the columns `name` and `total`, in minor units. They are for `UNION ALL`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce

from concessions.models import ConcessionPreorder
from orders.models import RefundLine, Ticket
from reports.counting import bar, tickets
from reports.days import Day, Days

Totals = Sequence[QuerySet[Any, dict[str, Any]]]


def earned_from_advances(day: Day, cinema: int, *, as_of: datetime) -> Totals:
    """What was paid before the day began for its screenings and their snacks, and not refunded."""
    paid_before = Q(order__cinema=cinema, order__paid_at__lt=day.starts_at)
    days = Days([day], cinemas=[cinema])
    # The cinema is asked of the hall too: otherwise the orders of the whole chain are looked up.
    of_day = days.within("session__start_datetime", "session__hall__cinema")
    seats = Ticket.objects.filter(tickets.SOLD, paid_before, of_day)
    items = bar.with_tickets(ConcessionPreorder.objects.filter(bar.SOLD, paid_before), days)
    return [
        _kept(seats, F("price") - F("discount_share") - F("bonus_share"), as_of),
        _kept(items, F("unit_price") * F("quantity") - F("discount_share") - F("bonus_share"), as_of),
    ]


def refunded_of_before(
    start: datetime, cinemas: Collection[int], *, since: datetime, as_of: datetime, name: Combinable
) -> Totals:
    """What was refunded from `since` on of screenings, and orders without any, before `start`."""
    lines = RefundLine.objects.filter(
        refund__requested_at__gte=since, refund__requested_at__lt=as_of, refund__order__cinema__in=cinemas
    )
    of_order = Ticket.objects.filter(order=OuterRef("refund__order")).order_by("session__start_datetime")
    first_start = Subquery(of_order.values("session__start_datetime")[:1])
    snacks = lines.filter(preorder__isnull=False).annotate(instant=Coalesce(first_start, "refund__order__paid_at"))
    return [
        _named(rows, name, Sum("amount"))
        for rows in (lines.filter(ticket__session__start_datetime__lt=start), snacks.filter(instant__lt=start))
    ]


def _kept(rows: QuerySet[Any], paid: Combinable, as_of: datetime) -> QuerySet[Any, dict[str, Any]]:
    back = Q(refund_line__refund__requested_at__lt=as_of)
    amount = ExpressionWrapper(paid, output_field=BigIntegerField())
    refunded = Coalesce(Cast(Sum("refund_line__amount", filter=back), BigIntegerField()), 0)
    return _named(rows, Value("earned"), Sum(amount) - refunded)


def _named(rows: QuerySet[Any], name: Combinable, total: Any) -> QuerySet[Any, dict[str, Any]]:
    return rows.order_by().annotate(name=name).values("name").annotate(total=Cast(total, BigIntegerField()))
