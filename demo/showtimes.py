"""What is shown, when and where: sessions back to back, so that halls, adverts and cleaning fit."""

import random
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal

from orders.demo.chain import Chain, Venue
from orders.demo.script import Plan
from screenings.models import Film, Hall, Session
from screenings.services import schedule
from screenings.times import as_instant

AHEAD = timedelta(days=14)  # a session is published so long before it starts
LAST_START = time(22, 30)
BEGAN = timedelta(minutes=40)  # so long ago the session that is running now in the hall that never closes


@dataclass
class Programme:
    """Sessions in the order of their starts. `night` are those of the hall that never closes, anchored to now, so that
    at any hour of the day one is running, one has just ended and one begins soon."""

    days: list[Session] = field(default_factory=list)
    night: list[Session] = field(default_factory=list)
    old: list[Session] = field(default_factory=list)

    @property
    def recent(self) -> list[Session]:
        return sorted([*self.days, *self.night], key=lambda session: session.start_datetime)


def plan(chain: Chain, chance: random.Random, *, at: datetime, days: int) -> Programme:
    """`days` days of sessions before `at` and as many, and one, from then on; and a few that wait for the archive."""
    programme = Programme()
    for venue in chain.venues.values():
        today = venue.cinema.local(at).date()
        for plan_, hall in venue.halls:
            show = _Projector(chain, venue, plan_, hall, chance)
            if plan_.all_night:
                programme.night = show.without_end(at=at, days=days)
                continue
            for offset in range(-days, days + 1):
                programme.days += show.day(datetime.combine(today + timedelta(days=offset), time(10)))
            # Only a taste of last month: it is there for the archive.
            programme.old += show.day(datetime.combine(today - timedelta(days=33), time(10)))[:2]
    return programme


@dataclass
class _Projector:
    """Puts sessions into one hall, one after another."""

    chain: Chain
    venue: Venue
    plan: Plan
    hall: Hall
    chance: random.Random

    def day(self, opening: datetime) -> list[Session]:
        """From the opening hour of a wall clock to the last start in the evening."""
        zone = self.venue.cinema.zone
        start = as_instant(opening + timedelta(minutes=self.chance.randrange(0, 60, 5)), zone)
        evening = as_instant(datetime.combine(opening.date(), LAST_START), zone)
        sessions = []
        while start <= evening:
            session = self.show(self.chance.choice(self.chain.films), start)
            sessions.append(session)
            start = _rounded_up(session.free_from)
        return sessions

    def without_end(self, *, at: datetime, days: int) -> list[Session]:
        """Around the clock: one after another from the one that is running at `at`, and one before another back."""
        films = [film for film in self.chain.films if film.duration_minutes <= 112]
        running = _rounded_up(at - BEGAN - timedelta(minutes=5))
        sessions = []
        start = running
        while start < at + timedelta(days=days):
            sessions.append(self.show(self.chance.choice(films), start))
            start = _rounded_up(sessions[-1].free_from)
        start = running
        while start > at - timedelta(days=days):
            film = self.chance.choice(films)
            start = _rounded_up(
                start
                - timedelta(
                    minutes=self.venue.cinema.adverts_minutes + film.duration_minutes + self.hall.cleaning_minutes + 5
                )
            )
            sessions.append(self.show(film, start))
        return sorted(sessions, key=lambda session: session.start_datetime)

    def show(self, film: Film, start: datetime) -> Session:
        return schedule(
            film=film,
            hall=self.hall,
            start=start,
            ticket_price=self.price(start),
            at=start - AHEAD,
            format=self.plan.format,
            language="en" if self.chance.random() < 0.1 else "ru",
        )

    def price(self, start: datetime) -> Decimal:
        """Mornings are cheap, evenings and weekends are dear."""
        local = self.venue.cinema.local(start)
        base = 250 if local.hour < 12 else 350 if local.hour < 17 else 450
        return Decimal(base + (50 if local.weekday() >= 5 else 0) + self.plan.dear)


def _rounded_up(instant: datetime) -> datetime:
    """To the next five minutes, which is how programmes are printed."""
    return instant + (datetime.min.replace(tzinfo=instant.tzinfo) - instant) % timedelta(minutes=5)
