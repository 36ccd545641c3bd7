"""What is on: the sessions on sale of some days, with what is left of each, in a constant number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property

from django.conf import settings
from django.db.models import Count
from django.utils.translation import gettext as _

from cinema.local_time import utc_offset_note
from orders.models import Ticket
from screenings.models import Cinema, Film, Seat, SeatOutage, Session

WEEK = 7
SOON = timedelta(minutes=30)
FEW = 10  # percent of the hall: fewer seats than that are said to be few


@dataclass
class Showing:
    """A session as a visitor sees it: by the cinema's own clocks, and with the seats that are left."""

    session: Session
    starts: datetime
    left: int
    capacity: int
    soon: bool

    @property
    def sold_out(self) -> bool:
        return self.left <= 0

    @property
    def few(self) -> bool:
        return 0 < self.left * 100 < self.capacity * FEW

    @cached_property
    def time(self) -> str:
        return f"{self.starts:%H:%M}"

    @property
    def facts(self) -> str:
        """Format, language and hall, in the fewest words."""
        session = self.session
        words = [session.hall.name, session.format]
        if session.language != settings.LANGUAGE_CODE:
            words.append(session.language.upper())
        if session.subtitles:
            words.append(_("subtitles %(language)s") % {"language": session.subtitles.upper()})
        return " · ".join(words)


@dataclass
class AtCinema:
    cinema: Cinema
    showings: list[Showing] = field(default_factory=list)


@dataclass
class OfFilm:
    film: Film
    cinemas: list[AtCinema] = field(default_factory=list)


@dataclass
class Day:
    date: date
    films: list[OfFilm] = field(default_factory=list)


def showings(
    *,
    first: date,
    days: int = 1,
    cinema: Cinema | None = None,
    film: Film | None = None,
    at: datetime,
) -> list[Showing]:
    """The sessions on sale at `at` that start on one of the days, each by its own cinema's calendar."""
    midnight = datetime.combine(first, time.min)
    # No clock is further from UTC than 14 hours: what is read beyond the day is left out below.
    begin = midnight.replace(tzinfo=at.tzinfo) - timedelta(hours=14)
    sessions = (
        Session.objects.on_sale(at)
        .filter(start_datetime__gte=begin, start_datetime__lt=begin + timedelta(days=days, hours=28))
        .prefetch_related("film", "hall__cinema")  # few films and halls, shared by many sessions
        .order_by("start_datetime", "pk")
    )
    if cinema is not None:
        sessions = sessions.filter(hall__cinema=cinema)
    if film is not None:
        sessions = sessions.filter(film=film)
    last = first + timedelta(days=days - 1)
    local = [(session, session.hall.cinema.local(session.start_datetime)) for session in sessions]
    return with_seats_left([pair for pair in local if first <= pair[1].date() <= last], at=at)


def with_seats_left(sessions: Sequence[tuple[Session, datetime]], *, at: datetime) -> list[Showing]:
    """Three queries: seats of the halls, seats that are taken, seats that are broken."""
    if not sessions:
        return []
    keys = [session.pk for session, _starts in sessions]
    taken = dict(
        Ticket.objects.live().filter(session__in=keys).order_by().values("session").annotate(Count("pk")).values_list(
            "session", "pk__count"
        )
    )  # fmt: skip
    halls = {session.hall_id for session, _starts in sessions}
    seats = dict(
        Seat.objects.filter(hall__in=halls).order_by().values("hall").annotate(Count("pk")).values_list(
            "hall", "pk__count"
        )
    )  # fmt: skip
    outages: dict[int, list[SeatOutage]] = {}
    broken = SeatOutage.objects.filter(seat__hall__in=halls).during(
        min(session.start_datetime for session, _starts in sessions),
        max(session.end_datetime for session, _starts in sessions),
    )
    for outage in broken.select_related("seat").order_by():
        outages.setdefault(outage.seat.hall_id, []).append(outage)
    return [
        Showing(
            session=session,
            starts=starts,
            capacity=seats.get(session.hall_id, 0),
            left=seats.get(session.hall_id, 0) - taken.get(session.pk, 0) - _broken(session, outages),
            soon=session.start_datetime - at <= SOON,
        )
        for session, starts in sessions
    ]


def _broken(session: Session, outages: dict[int, list[SeatOutage]]) -> int:
    of_hall = outages.get(session.hall_id)
    if not of_hall:
        return 0
    return len({each.seat_id for each in of_hall if each.covers(session.start_datetime, session.end_datetime)})


def by_day(found: Iterable[Showing]) -> list[Day]:
    """Days in order, in each the films by name, in each the cinemas by name, in each the sessions by time."""
    days: dict[date, dict[int, OfFilm]] = {}
    for showing in found:
        session = showing.session
        films = days.setdefault(showing.starts.date(), {})
        of_film = films.setdefault(session.film_id, OfFilm(session.film))
        at_cinema = next((each for each in of_film.cinemas if each.cinema.pk == session.hall.cinema_id), None)
        if at_cinema is None:
            at_cinema = AtCinema(session.hall.cinema)
            of_film.cinemas.append(at_cinema)
        at_cinema.showings.append(showing)
    result = []
    for when in sorted(days):
        films_of_day = sorted(days[when].values(), key=lambda of_film: of_film.film.title)
        for of_film in films_of_day:
            of_film.cinemas.sort(key=lambda at_cinema: at_cinema.cinema.name)
        result.append(Day(when, films_of_day))
    return result


def next_day(*, cinema: Cinema | None = None, film: Film | None = None, at: datetime) -> date | None:
    """The next day on which there is something to see."""
    sessions = Session.objects.on_sale(at).select_related("hall__cinema").order_by("start_datetime")
    if cinema is not None:
        sessions = sessions.filter(hall__cinema=cinema)
    if film is not None:
        sessions = sessions.filter(film=film)
    session = sessions.first()
    return session.hall.cinema.local(session.start_datetime).date() if session else None


def time_zone_note(cinema: Cinema, at: datetime) -> str:
    """What is to be said of the cinema's zone, if anything."""
    return utc_offset_note(cinema.local(at))
