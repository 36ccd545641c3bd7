"""The programme of the past year: which films were shown when, and how full their screenings were."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from demo import sample_data
from demo.chain import Chain, Venue, create_films
from demo.sample_data import HallPlan
from demo.showtimes import rounded_up, ticket_price
from screenings.models import Film, Hall, Session
from screenings.services import plan
from screenings.times import as_instant

SHOWS = [time(10, 30), time(13, 40), time(16, 50), time(19, 40)]
LATE_SHOWS = [time(22, 25)]
NIGHT_SHOWS = [time(21, 55), time(0, 30)]
WEEKS = 9  # a film leaves the programme after so many weeks
WEEKLY_DROP = 0.66
THURSDAY = 3

WEEKDAYS = [0.62, 0.68, 0.85, 0.8, 1.1, 1.6, 1.4]
MONTHS = [1.2, 1.0, 1.0, 0.9, 0.8, 0.8, 0.75, 0.85, 0.85, 1.0, 1.1, 1.2]
HOLIDAYS = {
    (12, 31): 0.35,
    (1, 1): 1.1,
    (2, 23): 1.7,
    (3, 8): 1.9,
    (5, 1): 1.3,
    (5, 9): 1.2,
    (6, 12): 1.3,
    (11, 4): 1.7,
}
HOLIDAYS |= {(1, day): 1.9 for day in range(2, 9)}


@dataclass(frozen=True)
class Release:
    """A film with the Thursday on which it starts, and how many people want to see it."""

    film: Film
    starts: date
    strength: float

    def appeal(self, day: date) -> float:
        """Of a screening on this day; it declines from week to week."""
        weeks = (day - self.starts).days // 7
        return self.strength * WEEKLY_DROP**weeks if 0 <= weeks < WEEKS else 0.0


@dataclass(frozen=True)
class PastShow:
    """A past screening, and the number of orders to expect for it."""

    session: Session
    orders: float


class PastProgramme:
    """See `shows`."""

    def __init__(self, chain: Chain, rng: random.Random) -> None:
        self.chain, self.rng = chain, rng

    def shows(self, *, at: datetime, days: int, until: Mapping[int, datetime], orders: float) -> Iterator[PastShow]:
        """Unsaved screenings of the `days` days before `at`, in each hall up to the one in `until`, where given.

        `orders` is their average for each screening. Films are saved.
        """
        releases = self._releases(at.date(), days)
        free: dict[int, datetime] = {}
        for venue, share in zip(self.chain.venues.values(), (1.15, 0.85), strict=True):
            today = venue.cinema.local(at).date()
            for offset in range(days, -1, -1):
                day = today - timedelta(days=offset)
                for hall_plan, hall in venue.halls:
                    for start in self._starts(venue, hall_plan, day):
                        start = max(start, rounded_up(free.get(hall.pk, start)))
                        show = self._show(venue, hall_plan, hall, releases, start, share * orders)
                        free[hall.pk] = show.session.free_from
                        if show.session.free_from <= until.get(hall.pk, at):
                            yield show

    def _releases(self, today: date, days: int) -> list[Release]:
        """The films of the sample data start two a week in the last weeks; the earlier ones two in three weeks."""
        thursday = today - timedelta(days=(today.weekday() - THURSDAY) % 7)
        releases = []
        films = [*self.chain.films, *create_films(sample_data.PAST_FILMS)]
        for number, film in enumerate(films):
            current = number < len(self.chain.films)
            weeks = number // 2 if current else 6 + (number - len(self.chain.films)) * (days // 7 - 4) // 28
            strength = self.rng.choice([0.7, 0.9, 1.0, 1.2, 1.6, 2.2])
            releases.append(Release(film, thursday - timedelta(weeks=weeks), strength))
        return releases

    def _starts(self, venue: Venue, hall_plan: HallPlan, day: date) -> Iterator[datetime]:
        for start in [*SHOWS, *(NIGHT_SHOWS if hall_plan.all_night else LATE_SHOWS)]:
            midnight = day + timedelta(days=1) if start < time(5) else day
            minutes = timedelta(minutes=self.rng.randrange(0, 15, 5))
            if hall_plan.all_night and start == SHOWS[-1]:
                minutes -= timedelta(minutes=20)
            yield as_instant(datetime.combine(midnight, start) + minutes, venue.cinema.zone)

    def _show(
        self, venue: Venue, hall_plan: HallPlan, hall: Hall, releases: list[Release], start: datetime, orders: float
    ) -> PastShow:
        local = venue.cinema.local(start)
        day = venue.cinema.business_date(start)
        longest = 112 if hall_plan.all_night else 150
        on = [each for each in releases if each.film.duration_minutes <= longest and each.appeal(day)] or releases[:1]
        chosen = self.rng.choices(on, [each.appeal(day) ** 0.7 * _fits(each.film, local.hour) or 1 for each in on])[0]
        session = plan(
            film=chosen.film,
            hall=hall,
            start=start,
            ticket_price=ticket_price(local, hall_plan),
            at=start - timedelta(days=14),
            format=hall_plan.format,
            language="en" if self.rng.random() < 0.1 else "ru",
        )
        session.status = Session.Status.COMPLETED
        wanted = max(chosen.appeal(day), 0.1) ** 0.5 * _fits(chosen.film, local.hour) * _daypart(local.hour)
        return PastShow(session, orders * wanted * _season(day))


def _season(day: date) -> float:
    return WEEKDAYS[day.weekday()] * MONTHS[day.month - 1] * HOLIDAYS.get((day.month, day.day), 1.0)


def _daypart(hour: int) -> float:
    if hour < 5:
        return 0.5
    return 0.45 if hour < 12 else 0.8 if hour < 16 else 1.2 if hour < 19 else 1.7 if hour < 22 else 0.9


def _fits(film: Film, hour: int) -> float:
    """Children come by day, and for horror people wait until it is dark."""
    if film.age_rating in {"0+", "6+"}:
        return 1.5 if 5 <= hour < 18 else 0.35
    if film.age_rating == "18+":
        return 0.4 if 5 <= hour < 18 else 1.5
    return 1.0
