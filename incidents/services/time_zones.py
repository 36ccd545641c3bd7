"""What orders and their customers follow when the time zone of a cinema is corrected."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from house_rules.rules import rules
from incidents.services.telling import tell_times
from orders.locks import lock_orders
from orders.models import Ticket
from orders.services.visits.moved_sessions import follow_sessions_locked
from screenings.models import Cinema
from screenings.services import time_zones


def follow_time_zone(cinema: Cinema, zone: ZoneInfo, *, keep_clock: bool, at: datetime) -> int:
    """Let the cinema's sessions ahead keep their clock times in `zone`, or their instants, and tell the customers of
    those whose instant or clock time is another one now. Returns the number of these sessions.

    Snacks are kept as much longer or shorter, and no unpaid order is held beyond its first session. `cinema` has its
    former zone; the caller saves the new one in the same transaction. Raises as `clock_shifts`. Owns its transaction.
    """
    with transaction.atomic():
        changed = time_zones.sessions_on_another_clock(cinema, zone, at=at)
        if keep_clock:
            _keep_clock_times(clock_shifts(cinema, zone, at=at), at=at)
        if changed:
            tell_times(changed, at=at)
        return len(changed)


def clock_shifts(cinema: Cinema, zone: ZoneInfo, *, at: datetime) -> dict[int, timedelta]:
    """As `shifts_to_keep_the_clock`; also raises `MovedTooEarly` if a refund that customers may make now would be late
    after the move. Must be called inside a transaction (halls and sessions are locked here)."""
    shifts, usual = time_zones.shifts_to_keep_the_clock(cinema, zone, at=at), rules().refund_notice_minutes
    sold = Ticket.objects.filter(session__in=shifts, status=Ticket.Status.PAID).order_by()
    promised = sold.values_list("session", "session__start_datetime", "order__refund_notice_minutes").distinct()
    notices = [(key, start - timedelta(minutes=usual if own is None else own)) for key, start, own in promised]
    time_zones.refuse_closed_refunds({key for key, last in notices if last + shifts[key] <= at < last})
    return shifts


def _keep_clock_times(shifts: Mapping[int, timedelta], *, at: datetime) -> None:
    tickets = Ticket.objects.live().filter(session__in=shifts)
    orders = set(tickets.order_by().values_list("order", flat=True))
    lock_orders(orders)
    time_zones.shift_sessions(shifts, at=at)
    follow_sessions_locked(orders)
