"""Schedules the sessions of the demo chain, back to back with adverts and cleaning in between."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from demo.chain import Chain, Venue
from demo.price_lists import UNPRICED, priced
from demo.repertoire import Repertoire
from demo.sample_data import HallPlan
from screenings.models import Film, Hall, Session
from screenings.services import copy_to_plan, plan, schedule_planned
from screenings.services.planning import lines_of
from screenings.times import as_instant

AHEAD = timedelta(days=14)  # how long before its start a session goes on sale
LAST_START = time(22, 30)
BEGAN = timedelta(minutes=40)  # how long ago the current session of the 24-hour hall began


@dataclass
class Showtimes:
    """Sessions by kind, each list in the order of their starts.

    `around_the_clock` are those of the hall that never closes, planned from now outwards: at any hour of the day one is
    running, one has just ended and one starts soon.
    """

    daytime: list[Session] = field(default_factory=list)
    around_the_clock: list[Session] = field(default_factory=list)

    @property
    def first_by_hall(self) -> dict[int, datetime]:
        """The start of the first session of each hall."""
        return {session.hall_id: session.start_datetime for session in reversed(self.recent)}

    @property
    def recent(self) -> list[Session]:
        return sorted([*self.daytime, *self.around_the_clock], key=lambda session: session.start_datetime)


def schedule_showtimes(
    chain: Chain, repertoire: Repertoire, rng: random.Random, *, at: datetime, before: int, after: int
) -> Showtimes:
    """Sessions of the days before today, of today and of the days after. In the last cinema, next week is not on sale
    yet, but in the hall that never closes: see `plan_next_week`."""
    showtimes = Showtimes()
    for venue in chain.venues.values():
        today = venue.cinema.local(at).date()
        for hall_plan, hall in venue.halls:
            scheduler = _HallScheduler(repertoire, venue, hall_plan, hall, rng)
            if hall_plan.all_night:
                showtimes.around_the_clock = _stored(scheduler.around_the_clock(at=at, before=before, after=after))
                continue
            last = _last_day_on_sale(venue, today, after) if venue is list(chain.venues.values())[-1] else after
            days = [datetime.combine(today + timedelta(days=offset), time(10)) for offset in range(-before, last + 1)]
            showtimes.daytime += _stored([session for day in days for session in scheduler.day(day)])
    return showtimes


def _stored(sessions: list[Session]) -> list[Session]:
    """The same, on sale at the prices of the price list."""
    schedule_planned(priced(sessions))
    return sessions


def plan_next_week(chain: Chain, *, at: datetime) -> None:
    """Drafts of next week in the last cinema, as this week."""
    venue = list(chain.venues.values())[-1]
    week = venue.cinema.week_of(venue.cinema.business_date(at))
    halls = {hall.pk for plan, hall in venue.halls if not plan.all_night}
    lines = [line for line in lines_of(venue.cinema, week) if line.hall_id in halls]
    copy_to_plan(lines, by=timedelta(days=7), at=at, actor=venue.manager)


def _last_day_on_sale(venue: Venue, today: date, after: int) -> int:
    """Days until the end of this week, or until tomorrow."""
    return min(after, max(1, (venue.cinema.week_of(today) - today).days + 6))


@dataclass
class _HallScheduler:
    """Plans the sessions of one hall, without prices."""

    repertoire: Repertoire
    venue: Venue
    plan: HallPlan
    hall: Hall
    rng: random.Random

    def day(self, opening: datetime) -> list[Session]:
        """One day's sessions, from about `opening` (local time, naive) until `LAST_START`."""
        zone = self.venue.cinema.zone
        start = as_instant(opening + timedelta(minutes=self.rng.randrange(0, 60, 5)), zone)
        evening = as_instant(datetime.combine(opening.date(), LAST_START), zone)
        sessions = []
        while start <= evening:
            session = self.show(self._film(start), start)
            sessions.append(session)
            start = rounded_up(session.free_from)
        return sessions

    def around_the_clock(self, *, at: datetime, before: int, after: int) -> list[Session]:
        """Sessions without a break for so many days before and after `at`; one of them is running at `at`."""
        running = rounded_up(at - BEGAN - timedelta(minutes=5))
        sessions = []
        start = running
        while start < at + timedelta(days=after):
            sessions.append(self.show(self._film(start), start))
            start = rounded_up(sessions[-1].free_from)
        start = running
        while start > at - timedelta(days=before):
            film = self._film(start)
            start = rounded_up(
                start
                - timedelta(
                    minutes=self.venue.cinema.adverts_minutes + film.duration_minutes + self.hall.cleaning_minutes + 5
                )
            )
            sessions.append(self.show(film, start))
        return sorted(sessions, key=lambda session: session.start_datetime)

    def _film(self, start: datetime) -> Film:
        return self.repertoire.film_for(self.venue, self.plan, start)

    def show(self, film: Film, start: datetime) -> Session:
        return plan(
            film=film,
            hall=self.hall,
            start=start,
            ticket_price=UNPRICED,
            at=start - AHEAD,
            format=self.plan.format,
            language="en" if self.rng.random() < 0.1 else "ru",
        )


def rounded_up(instant: datetime) -> datetime:
    """The next full five minutes."""
    return instant + (datetime.min.replace(tzinfo=instant.tzinfo) - instant) % timedelta(minutes=5)
