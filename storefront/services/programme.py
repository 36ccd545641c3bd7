"""What's on, as the shop shows it: by day, film and cinema."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from cinema.local_time import programme_day, utc_offset_note
from house_rules.languages import month_day
from orders.availability.seat_counts import seat_counts
from screenings.listings import advertised, listed_sessions
from screenings.models import Cinema, Film, SeatKind, Session, with_pictures
from screenings.models.films import MOST_FEATURED
from screenings.seat_count import SeatCount
from screenings.ticket_price import full_price, sold_online, terms_of

WEEK = 7
SOON = timedelta(minutes=30)
NEW_FOR = timedelta(days=10)  # after its release date a film stands first


@dataclass(frozen=True)
class Showing:
    """A session as the shop lists it: its start in the cinema's time zone, its seats, and the price of a standard
    seat. `soon`: it starts within half an hour.
    """

    session: Session
    starts: datetime
    seats: SeatCount
    price: Decimal
    soon: bool

    @cached_property
    def time(self) -> str:
        return f"{self.starts:%H:%M}"

    @property
    def night(self) -> str:
        """The date of a start after midnight, since the session is listed under the evening before."""
        night = self.session.hall.cinema.business_date(self.starts) < self.starts.date()
        return _("Night, %(day)s") % {"day": month_day(self.starts)} if night else ""

    @property
    def facts(self) -> str:
        """Format, language and hall, as short as possible."""
        session = self.session
        words = [session.hall.shown.name, session.format]
        if session.language != settings.LANGUAGE_CODE:
            words.append(session.language.upper())
        if session.subtitles:
            words.append(_("%(language)s subtitles") % {"language": session.subtitles.upper()})
        return " · ".join(words)


@dataclass
class AtCinema:
    cinema: Cinema
    showings: list[Showing] = field(default_factory=list)


@dataclass
class OfFilm:
    film: Film
    cinemas: list[AtCinema] = field(default_factory=list)

    def rank(self, day: date) -> tuple[bool, int, str]:
        """Premieres first, then what is most in demand on this day; equals by title."""
        taken = sum(each.seats.sold for at_cinema in self.cinemas for each in at_cinema.showings)
        released = self.film.release_date
        is_new = released is not None and timedelta(0) <= day - released < NEW_FOR
        return not is_new, -taken, self.film.title


@dataclass
class Day:
    """A programme day: what starts after midnight belongs to the evening before."""

    date: date
    films: list[OfFilm] = field(default_factory=list)


@dataclass(frozen=True)
class FilmAhead:
    """A film that is on sale beyond the week: its first and last programme day. `coming`: not within the week.

    An announced film without a session on sale has its release date as its first day, if that is known, and no last.
    """

    film: Film
    first: date | None
    last: date | None
    coming: bool

    @property
    def on_sale(self) -> bool:
        return self.last is not None


def showings(
    *,
    first: date | None = None,
    days: int = 1,
    cinema: Cinema | None = None,
    film: Film | None = None,
    films: Mapping[int, Film] | None = None,
    at: datetime,
) -> list[Showing]:
    """The sessions on sale at `at` on these programme days of their cinemas; without `first`, all. Reads only."""
    sessions = listed_sessions(first=first, days=days, cinema=cinema, film=film, films=films, at=at)
    return with_seats_left(sessions, at=at)


def first_day(*, cinema: Cinema | None, at: datetime) -> tuple[date, bool]:
    """The day with which the programme begins, and whether that is the night which began the day before.

    After midnight it is, for as long as the night has sessions on sale. Reads only.
    """
    local = cinema.local(at) if cinema else timezone.localtime(at)
    evening = cinema.business_date(at) if cinema else programme_day(local)
    tonight = evening < local.date() and bool(listed_sessions(first=evening, cinema=cinema, at=at))
    return (evening if tonight else local.date()), tonight


def films_on_sale(*, beyond: date, cinema: Cinema | None, at: datetime) -> list[FilmAhead]:
    """The films on sale and those that are announced, by first day and title. `beyond`: the day after the week.

    Of an announced film whose release date has passed, nothing is said any more. Three queries. Reads only.
    """
    sessions = advertised(at) if cinema is None else advertised(at).filter(hall__cinema=cinema)
    spans: dict[int, tuple[date, date]] = {}
    by_clock = sessions.order_by().values_list("film", "hall__cinema__time_zone", "hall__cinema__day_ends_at")
    for film, zone, ends, *instants in by_clock.annotate(Min("start_datetime"), Max("start_datetime")):
        first, last = (programme_day(instant.astimezone(ZoneInfo(zone)), ends=ends) for instant in instants)
        known = spans.get(film, (first, last))
        spans[film] = min(known[0], first), max(known[1], last)
    announced = Film.objects.filter(Film.announced(at.date()))
    films = with_pictures(Film.objects.filter(pk__in=spans).order_by().union(announced.order_by()))
    found = [
        FilmAhead(film, *spans[film.pk], coming=spans[film.pk][0] >= beyond)
        if film.pk in spans
        else FilmAhead(film, film.release_date, None, coming=True)
        for film in films
    ]
    return sorted(found, key=lambda each: (each.first or date.max, each.film.title))


def ahead(films: Iterable[FilmAhead], *, beyond: date) -> list[FilmAhead]:
    """Those that are shown on the programme day `beyond` or later. Reads only."""
    return [each for each in films if each.last is None or each.last >= beyond]


def featured(films: Iterable[FilmAhead]) -> list[FilmAhead]:
    """Those that staff chose for the top of the first page. Reads only."""
    chosen = [each for each in films if each.film.featured]
    return sorted(chosen, key=lambda each: each.film.featured or 0)[:MOST_FEATURED]


def with_seats_left(sessions: Sequence[tuple[Session, datetime]], *, at: datetime) -> list[Showing]:
    """These sessions, given with their local starts, as visitors see them at `at`. Four queries. Reads only."""
    if not sessions:
        return []
    counts = seat_counts([session for session, _starts in sessions], at=at)
    terms, types = terms_of(session for session, _starts in sessions), sold_online()
    known: dict[Any, Decimal] = {}  # hundreds of sessions have a few prices

    def price(session: Session) -> Decimal:
        key = session.price, session.film.age_rating, session.price_row_id, session.hall.cinema_id
        if key not in known:
            known[key] = full_price(session, seat_kind=SeatKind.STANDARD, types=types, terms=terms[session.pk])
        return known[key]

    return [
        Showing(
            session=session,
            starts=starts,
            seats=counts[session.pk],
            price=price(session),
            soon=session.start_datetime - at <= SOON,
        )
        for session, starts in sessions
    ]


def by_day(found: Iterable[Showing], *, mine: Cinema | None = None) -> list[Day]:
    """Days in order; within each, premieres first, then films by the tickets sold; the visitor's own cinema first, the
    others by name; sessions by time. Reads only.
    """
    days: dict[date, dict[int, OfFilm]] = {}
    for showing in found:
        session = showing.session
        films = days.setdefault(session.hall.cinema.business_date(showing.starts), {})
        of_film = films.setdefault(session.film_id, OfFilm(session.film))
        at_cinema = next((each for each in of_film.cinemas if each.cinema.pk == session.hall.cinema_id), None)
        if at_cinema is None:
            at_cinema = AtCinema(session.hall.cinema)
            of_film.cinemas.append(at_cinema)
        at_cinema.showings.append(showing)
    result = []
    for when in sorted(days):
        films_of_day = sorted(days[when].values(), key=lambda of_film: of_film.rank(when))
        for of_film in films_of_day:
            of_film.cinemas.sort(key=lambda at_cinema: (at_cinema.cinema != mine, at_cinema.cinema.name))
        result.append(Day(when, films_of_day))
    return result


def duration(minutes: int) -> str:
    """`1 h 50 min`. Reads only."""
    hours, left = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": left}
    return _("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": left}


def time_zone_note(cinema: Cinema, at: datetime) -> str:
    """The cinema's time zone, where it has to be named; otherwise empty. Reads only."""
    return utc_offset_note(cinema.local(at))
