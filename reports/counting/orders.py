from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from concessions.models import ConcessionPreorder
from orders.models import Order, Ticket
from reports.counting.compiled import compiled_for_days
from reports.days import Days


@compiled_for_days
def count(days: Days, as_of: datetime) -> QuerySet[Any, Any]:
    """Paid orders by what they contain: see `OrderFigures`. One query."""
    tickets = Exists(Ticket.objects.filter(order=OuterRef("pk")))
    snacks = Exists(ConcessionPreorder.objects.filter(order=OuterRef("pk")))
    return (
        Order.objects.filter(days.within("paid_at", "cinema"), paid_at__lt=as_of)
        .order_by()
        .annotate(about=days.date_of("paid_at", "cinema"), of_tickets=tickets, of_bar=snacks)
        .values("cinema_id", "about", "channel")
        .annotate(
            orders=Count("pk"),
            with_tickets=Count("pk", filter=Q(of_tickets=True)),
            with_bar=Count("pk", filter=Q(of_bar=True)),
            with_both=Count("pk", filter=Q(of_tickets=True, of_bar=True)),
        )
    )
