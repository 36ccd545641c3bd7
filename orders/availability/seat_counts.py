"""How many seats of many sessions are sold and free, in a constant number of queries."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BigIntegerField, Case, Count, F, When

from orders.queries import taken_tickets
from screenings.models import Session
from screenings.services import seats_of


@dataclass(frozen=True)
class SeatCount:
    """The seats of a session in numbers: `sold` have a ticket, held ones included; `free` have none and are usable."""

    capacity: int
    sold: int
    free: int


def seat_counts(sessions: Collection[Session], *, at: datetime) -> dict[int, SeatCount]:
    """The counts by the sessions' primary keys; `SeatMap.free` is the same for one session. Two queries.

    The seat of a hold that has expired by `at` is free. A seat that is both sold and broken is counted once.
    """
    if not sessions:
        return {}
    seats, broken = seats_of(sessions)
    sold: Counter[int] = Counter()
    sold_and_broken: Counter[int] = Counter()
    for key, seat, tickets in _tickets(broken, at=at):
        sold[key] += tickets
        sold_and_broken[key] += seat in broken[key]
    counts = {}
    for session in sessions:
        key, capacity = session.pk, seats.get(session.hall_id, 0)
        taken = sold[key] + len(broken[key]) - sold_and_broken[key]
        counts[key] = SeatCount(capacity=capacity, sold=sold[key], free=capacity - taken)
    return counts


def _tickets(broken: Mapping[int, set[int]], *, at: datetime) -> Iterable[tuple[int, int | None, int]]:
    """Of each session the number of its tickets; those on seats that are ever broken one by one, with the seat."""
    # Never an empty list, which some databases could not group by; 0 is the key of no seat.
    ever_broken = set().union(*broken.values()) or {0}
    one_by_one = Case(When(seat__in=ever_broken, then=F("seat")), output_field=BigIntegerField())
    tickets = taken_tickets(at).filter(session__in=broken.keys()).order_by()
    return (
        tickets.values("session", alone=one_by_one).annotate(Count("pk")).values_list("session", "alone", "pk__count")
    )
