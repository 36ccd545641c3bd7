"""How many seats of many sessions are sold and free, in a constant number of queries."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import BigIntegerField, Case, Count, F, When

from orders.queries import taken_tickets
from screenings.models import SeatKind, Session
from screenings.seat_count import SeatCount
from screenings.services import seats_of


def seat_counts(sessions: Collection[Session], *, at: datetime) -> dict[int, SeatCount]:
    """The counts by the sessions' primary keys; `SeatMap.count` is the same for one session. Two queries.

    The seat of a hold that has expired by `at` is free. A seat that is both sold and broken is counted once.
    """
    if not sessions:
        return {}
    seats, broken, for_some = seats_of(sessions)
    apart = set().union(*broken.values(), *for_some.values())
    sold: Counter[int] = Counter()
    sold_apart = set()
    for key, seat, tickets in _tickets(broken, apart, at=at):
        sold[key] += tickets
        sold_apart.add((key, seat))
    counts = {}
    for session in sessions:
        key, hall = session.pk, session.hall_id
        only_broken = sum((key, seat) not in sold_apart for seat in broken[key])
        kinds = for_some.get(hall, {}).items()
        left = [kind for seat, kind in kinds if seat not in broken[key] and (key, seat) not in sold_apart]
        free, wheelchairs = seats.get(hall, 0) - sold[key] - only_broken - len(left), left.count(SeatKind.WHEELCHAIR)
        counts[key] = SeatCount(seats.get(hall, 0), sold[key], max(free, 0), wheelchairs)
    return counts


def _tickets(sessions: Iterable[int], apart: set[int], *, at: datetime) -> Iterable[tuple[int, int | None, int]]:
    """Of each session the number of its tickets; those on the seats of `apart` one by one, with the seat."""
    # Never an empty list, which some databases could not group by; 0 is the key of no seat.
    one_by_one = Case(When(seat__in=apart or {0}, then=F("seat")), output_field=BigIntegerField())
    tickets = taken_tickets(at).filter(session__in=sessions).order_by()
    return (
        tickets.values("session", alone=one_by_one).annotate(Count("pk")).values_list("session", "alone", "pk__count")
    )
