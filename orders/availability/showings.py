"""The sessions on sale of some days, with the seats left and the price of each, in a constant number of queries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q

from orders.queries import taken_tickets
from screenings.models import Cinema, Film, Hall, Seat, SeatKind, SeatOutage, Session
from screenings.pricing import full_percent, quote, sold_online, surcharges_by_cinema


@dataclass(frozen=True)
class SeatCount:
    """The seats of a session in numbers: `sold` have a ticket, held ones included; `free` have none and are usable."""

    capacity: int
    sold: int
    free: int


@dataclass(frozen=True)
class Showing:
    """A session with its start by the cinema's own clocks, the seats left, and the price of a standard seat."""

    session: Session
    starts: datetime
    left: int
    capacity: int
    price: Decimal

    @property
    def sold_out(self) -> bool:
        return self.left <= 0


def showings(
    *, first: date, days: int = 1, cinema: Cinema | None = None, film: Film | None = None, at: datetime
) -> list[Showing]:
    """The sessions on sale at `at` that start on one of the days, each by its own cinema's calendar. Eight queries."""
    return with_seats_left(on_sale(first=first, days=days, cinema=cinema, film=film, at=at), at=at)


def on_sale(
    *, first: date, days: int = 1, cinema: Cinema | None = None, film: Film | None = None, at: datetime
) -> list[tuple[Session, datetime]]:
    """Each such session with its start by the cinema's clocks. Three queries."""
    midnight = datetime.combine(first, time.min)
    # No clock is further from UTC than 14 hours: what is read beyond the day is left out below.
    begin = midnight.replace(tzinfo=at.tzinfo) - timedelta(hours=14)
    sessions = (
        Session.objects.on_sale(at)
        .filter(start_datetime__gte=begin, start_datetime__lt=begin + timedelta(days=days, hours=28))
        .prefetch_related(Prefetch("hall", Hall.objects.select_related("cinema")))  # few halls, many sessions
        .order_by("start_datetime", "pk")
    )
    if cinema is not None:
        sessions = sessions.filter(hall__cinema=cinema)
    sessions = sessions.prefetch_related("film") if film is None else sessions.filter(film=film)
    last = first + timedelta(days=days - 1)
    local = []
    for session in sessions:
        if film is not None:
            session.film = film
        local.append((session, session.hall.cinema.local(session.start_datetime)))
    return [pair for pair in local if first <= pair[1].date() <= last]


def with_seats_left(sessions: Sequence[tuple[Session, datetime]], *, at: datetime) -> list[Showing]:
    """The showings of these sessions, given with their local starts. Five queries."""
    if not sessions:
        return []
    counts = seat_counts([session for session, _starts in sessions], at=at)
    surcharges = surcharges_by_cinema(session.hall.cinema_id for session, _starts in sessions)
    percent = full_percent(sold_online())
    return [
        Showing(
            session=session,
            starts=starts,
            left=counts[session.pk].free,
            capacity=counts[session.pk].capacity,
            price=quote(
                session,
                seat_kind=SeatKind.STANDARD,
                percent=percent,
                surcharges=surcharges.get(session.hall.cinema_id, {}),
            ),
        )
        for session, starts in sessions
    ]


def seat_counts(sessions: Collection[Session], *, at: datetime) -> dict[int, SeatCount]:
    """By the sessions' primary keys: what `SeatMap.free` says of one. Three queries: seats, tickets, outages.

    A hold that has lapsed by `at` is free; a seat that is both sold and broken is taken once.
    """
    if not sessions:
        return {}
    halls = {session.hall_id for session in sessions}
    seats = dict(
        Seat.objects.filter(hall__in=halls).order_by().values("hall").annotate(Count("pk")).values_list(
            "hall", "pk__count"
        )
    )  # fmt: skip
    broken_then = SeatOutage.objects.filter(
        Q(until__isnull=True) | Q(until__gt=OuterRef("session__start_datetime")),
        seat=OuterRef("seat"),
        since__lt=OuterRef("session__end_datetime"),
    )
    tickets = (
        taken_tickets(at)
        .filter(session__in=[session.pk for session in sessions])
        .order_by()
        .values("session")
        .annotate(sold=Count("pk"), usable=Count("pk", filter=~Exists(broken_then)))
    )
    taken = {row["session"]: (row["sold"], row["usable"]) for row in tickets}
    outages: dict[int, list[SeatOutage]] = {}
    during = SeatOutage.objects.filter(seat__hall__in=halls).during(
        min(session.start_datetime for session in sessions), max(session.end_datetime for session in sessions)
    )
    for outage in during.annotate(hall=F("seat__hall")).order_by():
        outages.setdefault(outage.hall, []).append(outage)
    counts = {}
    for session in sessions:
        capacity = seats.get(session.hall_id, 0)
        sold, usable = taken.get(session.pk, (0, 0))
        broken = {
            each.seat_id
            for each in outages.get(session.hall_id, ())
            if each.covers(session.start_datetime, session.end_datetime)
        }
        counts[session.pk] = SeatCount(capacity=capacity, sold=sold, free=capacity - usable - len(broken))
    return counts


def next_day(*, cinema: Cinema | None = None, film: Film | None = None, at: datetime) -> date | None:
    """The next day, by the cinema's calendar, with a session on sale. One query."""
    sessions = Session.objects.on_sale(at).select_related("hall__cinema").order_by("start_datetime")
    if cinema is not None:
        sessions = sessions.filter(hall__cinema=cinema)
    if film is not None:
        sessions = sessions.filter(film=film)
    session = sessions.first()
    return session.hall.cinema.local(session.start_datetime).date() if session else None
