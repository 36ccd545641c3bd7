"""The week of a large chain: which film is shown on which days, and how often."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from screenings.listings import advertised
from screenings.models import Cinema, Film
from storefront.services.programme import NEW_FOR, WEEK

IN_FULL = 3  # cinemas whose week is listed session by session; of more, nobody would read it


@dataclass(frozen=True)
class FilmWeek:
    """`days`: the days on which it is shown, and how many screenings are on sale on each."""

    film: Film
    days: list[tuple[date, int]]


def weeks_of_films(
    *, first: date, cinemas: Mapping[int, Cinema], films: Mapping[int, Film], at: datetime
) -> list[FilmWeek]:
    """The week from `first` of each of the films, premieres first, then what is shown most. One query. Reads only."""
    last = first + timedelta(days=WEEK - 1)
    begin = datetime.combine(first, time.min, tzinfo=at.tzinfo)
    sessions = advertised(at).filter(
        start_datetime__gte=begin - timedelta(hours=14), start_datetime__lt=begin + timedelta(days=WEEK, hours=23)
    )
    found: defaultdict[int, Counter[date]] = defaultdict(Counter)
    days: dict[tuple[int, datetime], date] = {}  # many sessions start at once
    for film, cinema, start in sessions.order_by().values_list("film", "hall__cinema", "start_datetime"):
        day = days.get((cinema, start))
        if day is None:
            day = days[cinema, start] = cinemas[cinema].business_date(start)
        if first <= day <= last and film in films:
            found[film][day] += 1
    weeks = [FilmWeek(films[film], sorted(by_day.items())) for film, by_day in found.items()]
    return sorted(weeks, key=lambda each: _rank(each, first))


def _rank(week: FilmWeek, first: date) -> tuple[bool, int, str]:
    released = week.film.release_date
    is_new = released is not None and -timedelta(days=WEEK) < first - released < NEW_FOR
    return not is_new, -sum(count for _day, count in week.days), week.film.title
