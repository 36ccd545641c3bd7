"""The sessions that the shop sells on some days, with the seats left and the price of each, in a constant number of
queries.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import BigIntegerField, Case, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, When

from cinema.local_time import programme_day
from orders.queries import taken_tickets
from screenings.models import AgeRating, Cinema, Film, Hall, Seat, SeatKind, Session, TicketType, ratings_from
from screenings.pricing import full_percent, quote, sold_online, surcharges_by_cinema
from screenings.services import broken_seats


@dataclass(frozen=True)
class SeatCount:
    """The seats of a session in numbers: `sold` have a ticket, held ones included; `free` have none and are usable."""

    capacity: int
    sold: int
    free: int


@dataclass(frozen=True)
class Showing:
    """A session with its start in the cinema's time zone, the seats left, and the price of a standard seat."""

    session: Session
    starts: datetime
    left: int
    capacity: int
    price: Decimal

    @property
    def sold_out(self) -> bool:
        return self.left <= 0


def advertised(at: datetime) -> QuerySet[Session]:
    """The sessions on sale that customers can really buy: programme, film pages and search engines show no other.

    None without a gateway to pay through, and none without a ticket type that anybody can buy for a film of its age
    rating. A hall must have seats.
    """
    if not settings.PAYMENT_GATEWAYS:
        return Session.objects.none()
    types = TicketType.objects.filter(is_active=True, sold_to=TicketType.SoldTo.ANYBODY)
    buyable = Q()
    for rating in AgeRating.values:
        suitable = types.filter(highest_rating__in=["", *ratings_from(rating)])
        buyable |= Q(Exists(suitable), film__age_rating=rating)
    return Session.objects.in_shop(at).filter(buyable, Exists(Seat.objects.filter(hall=OuterRef("hall"))))


def showings(
    *,
    first: date | None = None,
    days: int = 1,
    cinema: Cinema | None = None,
    film: Film | None = None,
    at: datetime,
) -> list[Showing]:
    """The sessions advertised at `at` on these programme days of their cinemas; see `on_sale`. Eight queries."""
    return with_seats_left(on_sale(first=first, days=days, cinema=cinema, film=film, at=at), at=at)


def on_sale(
    *,
    first: date | None = None,
    days: int = 1,
    cinema: Cinema | None = None,
    film: Film | None = None,
    at: datetime,
) -> list[tuple[Session, datetime]]:
    """Each such session with its start by the cinema's clocks: of `days` programme days from `first`, or of all.

    A session that starts after midnight belongs to the evening before: `programme_day`. Three queries.
    """
    sessions = (
        advertised(at)
        .prefetch_related(Prefetch("hall", Hall.objects.select_related("cinema")))  # few halls, many sessions
        .order_by("start_datetime", "pk")
    )
    if first is not None:
        # No clock is further from UTC than 14 hours: what is read beyond the days is left out below.
        begin = datetime.combine(first, time.min, tzinfo=at.tzinfo)
        sessions = sessions.filter(
            start_datetime__gte=begin - timedelta(hours=14), start_datetime__lt=begin + timedelta(days=days, hours=19)
        )
    if cinema is not None:
        sessions = sessions.filter(hall__cinema=cinema)
    sessions = sessions.prefetch_related("film") if film is None else sessions.filter(film=film)
    local = []
    for session in sessions:
        if film is not None:
            session.film = film
        local.append((session, session.hall.cinema.local(session.start_datetime)))
    if first is None:
        return local
    return [pair for pair in local if 0 <= (programme_day(pair[1]) - first).days < days]


def with_seats_left(sessions: Sequence[tuple[Session, datetime]], *, at: datetime) -> list[Showing]:
    """The showings of these sessions, given with their local starts. Five queries."""
    if not sessions:
        return []
    counts = seat_counts([session for session, _starts in sessions], at=at)
    surcharges = surcharges_by_cinema(session.hall.cinema_id for session, _starts in sessions)
    types = sold_online()
    percents = {rating: full_percent(types, rating=rating) for rating in ["", *AgeRating.values]}
    return [
        Showing(
            session=session,
            starts=starts,
            left=counts[session.pk].free,
            capacity=counts[session.pk].capacity,
            price=quote(
                session,
                seat_kind=SeatKind.STANDARD,
                percent=percents[session.film.age_rating],
                surcharges=surcharges.get(session.hall.cinema_id, {}),
            ),
        )
        for session, starts in sessions
    ]


def seat_counts(sessions: Collection[Session], *, at: datetime) -> dict[int, SeatCount]:
    """The counts by the sessions' primary keys; `SeatMap.free` is the same for one session. Three queries.

    The seat of a hold that has expired by `at` is free. A seat that is both sold and broken is counted once.
    """
    if not sessions:
        return {}
    halls = {session.hall_id for session in sessions}
    seats = dict(
        Seat.objects.filter(hall__in=halls).order_by().values("hall").annotate(Count("pk")).values_list(
            "hall", "pk__count"
        )
    )  # fmt: skip
    broken = broken_seats(sessions)
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


def next_day(*, cinema: Cinema | None = None, film: Film | None = None, at: datetime) -> date | None:
    """The next programme day of a cinema with a session on sale. One query."""
    sessions = advertised(at).select_related("hall__cinema").order_by("start_datetime")
    if cinema is not None:
        sessions = sessions.filter(hall__cinema=cinema)
    if film is not None:
        sessions = sessions.filter(film=film)
    session = sessions.first()
    return programme_day(session.hall.cinema.local(session.start_datetime)) if session else None
