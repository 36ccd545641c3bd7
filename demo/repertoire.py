"""Which films are on, and how many people a screening draws: by film, week, day and hour."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from demo import sample_data
from demo.chain import Chain, Venue, create_films
from demo.sample_data import HallPlan
from screenings.models import Film, Hall

WEEKS = 9  # a film leaves the programme after so many weeks
WEEKLY_DROP = 0.66
THURSDAY = 3
SHARES = (1.15, 0.85)  # of the guests, by cinema
GROWTH, GROWS = 0.8, timedelta(days=70)  # the chain has been advertised for so long, and draws so much more by now

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


class Repertoire:
    """The films of the chain, and those of the `days` days before `today`, which are saved."""

    def __init__(self, chain: Chain, rng: random.Random, *, today: date, days: int) -> None:
        self.rng, self.today = rng, today
        self._releases = {release.film.pk: release for release in _releases(chain, rng, today, days)}
        self._halls = {hall.pk: (venue, plan) for venue in chain.venues.values() for plan, hall in venue.halls}
        self._shares = dict(zip(chain.venues, SHARES, strict=True))

    def film_for(self, venue: Venue, hall_plan: HallPlan, start: datetime) -> Film:
        """A random film for this hall and instant: those that draw many people are shown more often."""
        day, hour = venue.cinema.business_date(start), venue.cinema.local(start).hour
        longest = 112 if hall_plan.all_night else 150
        releases = [each for each in self._releases.values() if each.film.duration_minutes <= longest]
        on = [each for each in releases if each.appeal(day)] or releases[:1]
        weights = [each.appeal(day) ** 0.7 * _fits(each.film, hour) or 1 for each in on]
        return self.rng.choices(on, weights)[0].film

    def orders(self, film: Film, hall: Hall, start: datetime) -> float:
        """How many orders a screening of the film has, in those of an average one of the first months."""
        venue, hall_plan = self._halls[hall.pk]
        day, hour = venue.cinema.business_date(start), venue.cinema.local(start).hour
        appeal = max(self._releases[film.pk].appeal(day), 0.1)
        growth = 1 + GROWTH * min(1.0, max(0.0, 1 - (self.today - day) / GROWS))
        usual = self._shares[venue.cinema.name] * hall_plan.draw * growth * _season(day)
        return usual * appeal**0.5 * _fits(film, hour) * _hour(hour)


def _releases(chain: Chain, rng: random.Random, today: date, days: int) -> list[Release]:
    """The films of the sample data start two a week in the last weeks; the earlier ones two in three weeks."""
    thursday = today - timedelta(days=(today.weekday() - THURSDAY) % 7)
    releases = []
    films = [*chain.films, *create_films(sample_data.PAST_FILMS)]
    for number, film in enumerate(films):
        current = number < len(chain.films)
        weeks = number // 2 if current else 6 + (number - len(chain.films)) * (days // 7 - 4) // 28
        strength = rng.choice([0.7, 0.9, 1.0, 1.2, 1.6, 2.2])
        releases.append(Release(film, thursday - timedelta(weeks=weeks), strength))
    return releases


def _season(day: date) -> float:
    return WEEKDAYS[day.weekday()] * MONTHS[day.month - 1] * HOLIDAYS.get((day.month, day.day), 1.0)


def _hour(hour: int) -> float:
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
