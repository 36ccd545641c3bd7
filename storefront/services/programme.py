"""What's on, as the shop shows it: by day, film and cinema."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from django.conf import settings
from django.utils.translation import gettext as _

from cinema.local_time import utc_offset_note
from orders.availability import showings as available
from screenings.models import Cinema, Film, Session

WEEK = 7
SOON = timedelta(minutes=30)
FEW = 10  # percent of the hall: fewer seats than that are said to be few


@dataclass(frozen=True)
class Showing(available.Showing):
    """A showing in the words of the shop; `soon`: it starts within half an hour."""

    soon: bool

    @property
    def few(self) -> bool:
        return 0 < self.left * 100 < self.capacity * FEW

    @cached_property
    def time(self) -> str:
        return f"{self.starts:%H:%M}"

    @property
    def facts(self) -> str:
        """Format, language and hall, as short as possible."""
        session = self.session
        words = [session.hall.name, session.format]
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


@dataclass
class Day:
    date: date
    films: list[OfFilm] = field(default_factory=list)


def showings(
    *, first: date, days: int = 1, cinema: Cinema | None = None, film: Film | None = None, at: datetime
) -> list[Showing]:
    """The sessions on sale at `at` that start on one of the days, each by its own cinema's calendar. Reads only."""
    return with_seats_left(available.on_sale(first=first, days=days, cinema=cinema, film=film, at=at), at=at)


def with_seats_left(sessions: Sequence[tuple[Session, datetime]], *, at: datetime) -> list[Showing]:
    """These sessions, given with their local starts, as visitors see them at `at`. Reads only."""
    return [
        Showing(**vars(each), soon=each.session.start_datetime - at <= SOON)
        for each in available.with_seats_left(sessions, at=at)
    ]


def by_day(found: Iterable[Showing]) -> list[Day]:
    """Days in order; within each, films by title, cinemas by name, and sessions by time. Reads only."""
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


def duration(minutes: int) -> str:
    hours, left = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": left}
    return _("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": left}


def time_zone_note(cinema: Cinema, at: datetime) -> str:
    """The cinema's time zone, where it has to be named; otherwise empty. Reads only."""
    return utc_offset_note(cinema.local(at))
