"""What orders follow when sessions move because the time zone of their cinema is corrected."""

from collections import defaultdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Min, OuterRef, Subquery
from django.db.models.functions import Least

from concessions.models import ConcessionPreorder
from orders.locks import lock_orders
from orders.models import Order, Ticket
from screenings.models import Cinema, Session
from screenings.services import shift_sessions, shifts_to_keep_the_clock


def keep_clock_times(cinema: Cinema, zone: ZoneInfo, *, at: datetime) -> int:
    """Move the cinema's sessions ahead so that each starts at the same clock time in `zone`; returns their number.

    Snacks are kept as much longer or shorter, and no unpaid order is held beyond its first session. The caller saves
    the zone in the same transaction. Raises as `shifts_to_keep_the_clock`. Owns its transaction.
    """
    with transaction.atomic():
        shifts = shifts_to_keep_the_clock(cinema, zone, at=at)
        tickets = Ticket.objects.live().filter(session__in=shifts)
        last = {}  # the shift of each order's last session
        for order, session in tickets.order_by("session__start_datetime").values_list("order", "session"):
            last[order] = shifts[session]
        lock_orders(last.keys())
        shift_sessions(shifts)
        orders: defaultdict[timedelta, list[int]] = defaultdict(list)
        for order, shift in last.items():
            orders[shift].append(order)
        for shift, keys in orders.items():
            preorders = ConcessionPreorder.objects.filter(order__in=keys, status__in=ConcessionPreorder.OPEN)
            preorders.update(collection_deadline=F("collection_deadline") + shift)
        first = Session.objects.filter(tickets__order=OuterRef("pk"), tickets__status__in=Ticket.LIVE)
        start = Subquery(
            first.order_by().values("tickets__order").annotate(start=Min("start_datetime")).values("start")
        )
        Order.objects.filter(pk__in=last, status__in=Order.UNPAID).update(
            payment_deadline=Least("payment_deadline", start), expires_at=Least("expires_at", start)
        )
        return len(shifts)
