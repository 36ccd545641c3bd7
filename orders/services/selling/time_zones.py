"""What orders and their customers follow when the time zone of a cinema is corrected."""

from collections import defaultdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Min, OuterRef, Subquery
from django.db.models.functions import Least

from concessions.models import ConcessionPreorder
from orders import notifications
from orders.locks import lock_orders
from orders.models import Order, Ticket
from screenings.models import Cinema, Session
from screenings.services import sessions_on_another_clock, shift_sessions, shifts_to_keep_the_clock


def follow_time_zone(cinema: Cinema, zone: ZoneInfo, *, keep_clock: bool, at: datetime) -> int:
    """Let the cinema's sessions ahead keep their clock times in `zone`, or their instants, and tell the customers of
    those whose instant or clock time is another one now. Returns the number of these sessions.

    `cinema` has its former zone; the caller has saved the new one in the same transaction. Raises as
    `shifts_to_keep_the_clock`. Owns its transaction.
    """
    with transaction.atomic():
        changed = sessions_on_another_clock(cinema, zone, at=at)
        if keep_clock:
            keep_clock_times(cinema, zone, at=at)
        if changed:
            notifications.notify_times_changed(changed, at=at)
        return len(changed)


def keep_clock_times(cinema: Cinema, zone: ZoneInfo, *, at: datetime) -> int:
    """Move the cinema's sessions ahead so that each starts at the same clock time in `zone`; returns their number.

    Snacks are kept as much longer or shorter, and no unpaid order is held beyond its first session. Raises as
    `shifts_to_keep_the_clock`. Owns its transaction.
    """
    with transaction.atomic():
        shifts = shifts_to_keep_the_clock(cinema, zone, at=at)
        tickets = Ticket.objects.live().filter(session__in=shifts)
        last = {}  # the shift of each order's last session
        for order, session in tickets.order_by("session__start_datetime").values_list("order", "session"):
            last[order] = shifts[session]
        lock_orders(last.keys())
        shift_sessions(shifts, at=at)
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
