"""How many seats anybody may buy: without wheelchair spaces and the seats of their companions."""

from collections.abc import Collection
from datetime import datetime

from orders.availability.seat_counts import seat_counts
from orders.queries import taken_tickets
from screenings.models import Seat, Session
from screenings.seat_choice import FOR_SOME
from screenings.services import broken_seats


def free_for_anyone(sessions: Collection[Session], *, at: datetime) -> dict[int, int]:
    """By the primary key of the session. A constant number of queries. Reads only."""
    free = {key: count.free for key, count in seat_counts(sessions, at=at).items()}
    halls = {session.hall_id for session in sessions}
    kept = Seat.objects.filter(hall__in=halls, kind__in=FOR_SOME).order_by().values_list("hall", "pk")
    if seats := list(kept):
        tickets = taken_tickets(at).filter(session__in=free, seat__in=[seat for _hall, seat in seats])
        taken, broken = set(tickets.order_by().values_list("session", "seat")), broken_seats(sessions)
        for session in sessions:
            own = {seat for hall, seat in seats if hall == session.hall_id} - broken.get(session.pk, set())
            free[session.pk] -= sum((session.pk, seat) not in taken for seat in own)
    return free
