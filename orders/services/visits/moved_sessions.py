"""What orders follow when their sessions are moved to another hall or another time."""

from collections.abc import Collection, Mapping, Sequence

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Least

from concessions.models import ConcessionPreorder
from orders.models import Order, Ticket
from screenings.models import Seat, Session


def reseat_locked(tickets: Sequence[Ticket], seats: Mapping[int, Seat]) -> None:
    """Give these live tickets their seats, by primary key, in the hall to which their session moves. Their price, codes
    and scans stay. Must be called inside a transaction (their orders and, before them, their sessions are locked).
    """
    for ticket in tickets:
        ticket.seat = seats[ticket.pk]
    Ticket.objects.bulk_update(tickets, ["seat"], batch_size=500)


def follow_sessions_locked(orders: Collection[int]) -> None:
    """Let the snacks of these orders (primary keys) be collected until their last session ends, and hold no unpaid one
    beyond the start of its first. Two queries. Must be called inside a transaction (the orders are locked).
    """
    preorders = ConcessionPreorder.objects.filter(order__in=orders, status__in=ConcessionPreorder.OPEN)
    own = Session.objects.filter(tickets__order=OuterRef("order"), tickets__status__in=Ticket.LIVE)
    last = own.order_by("-end_datetime").values("end_datetime")[:1]
    preorders.filter(order__tickets__status__in=Ticket.LIVE).update(collection_deadline=Subquery(last))
    first = Session.objects.filter(tickets__order=OuterRef("pk"), tickets__status__in=Ticket.LIVE)
    start = Subquery(first.order_by("start_datetime").values("start_datetime")[:1])
    Order.objects.filter(pk__in=orders, status__in=Order.UNPAID).update(
        payment_deadline=Least("payment_deadline", start), expires_at=Least("expires_at", start)
    )
