from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from concessions.models import ConcessionPreorder
from orders.models import Order, Ticket
from reports.counting.compiled import compiled_for_days
from reports.days import Days, Row


def count(days: Days, as_of: datetime) -> Iterator[Row]:
    """Paid orders by what they contain: see `OrderFigures`. One query."""
    for row in _rows(days, as_of):
        orders, tickets, bar = row["orders"], row["of_tickets"], row["of_bar"]
        yield {
            **row,
            "with_tickets": orders if tickets else 0,
            "with_bar": orders if bar else 0,
            "with_both": orders if tickets and bar else 0,
        }


@compiled_for_days
def _rows(days: Days, as_of: datetime) -> QuerySet[Any, Any]:
    """Grouped by what they contain: in the filter of a count, each EXISTS would be looked up for every count."""
    tickets = Exists(Ticket.objects.filter(order=OuterRef("pk")))
    snacks = Exists(ConcessionPreorder.objects.filter(order=OuterRef("pk")))
    return (
        Order.objects.filter(days.within("paid_at", "cinema"), paid_at__lt=as_of)
        .order_by()
        .annotate(about=days.date_of("paid_at", "cinema"), of_tickets=tickets, of_bar=snacks)
        .values("cinema_id", "about", "channel", "of_tickets", "of_bar")
        .annotate(orders=Count("pk"))
    )
