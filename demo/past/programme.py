"""The programme of the past year: which films were shown when, and how full their screenings were."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from demo.chain import Chain, Venue
from demo.price_lists import UNPRICED
from demo.repertoire import Repertoire
from demo.sample_data import HallPlan
from demo.showtimes import AHEAD, rounded_up
from screenings.models import Hall, Session
from screenings.services import plan
from screenings.times import as_instant

SHOWS = [time(10, 30), time(13, 40), time(16, 50), time(19, 40)]
LATE_SHOWS = [time(22, 25)]
NIGHT_SHOWS = [time(21, 55), time(0, 30)]


@dataclass(frozen=True)
class PastShow:
    """A past screening, and the number of orders to expect for it."""

    session: Session
    orders: float


class PastProgramme:
    """See `shows`."""

    def __init__(self, chain: Chain, repertoire: Repertoire, rng: random.Random) -> None:
        self.chain, self.repertoire, self.rng = chain, repertoire, rng

    def shows(self, *, at: datetime, days: int, until: Mapping[int, datetime], orders: float) -> Iterator[PastShow]:
        """Unsaved screenings of the `days` days before `at`, in each hall up to the one in `until`, where given.

        They have no price yet. `orders` is the average for each screening, in the first months.
        """
        free: dict[int, datetime] = {}
        for venue in self.chain.venues.values():
            today = venue.cinema.local(at).date()
            for offset in range(days, -1, -1):
                day = today - timedelta(days=offset)
                for hall_plan, hall in venue.halls:
                    for start in self._starts(venue, hall_plan, day):
                        start = max(start, rounded_up(free.get(hall.pk, start)))
                        show = self._show(venue, hall_plan, hall, start, orders)
                        free[hall.pk] = show.session.free_from
                        if show.session.free_from <= until.get(hall.pk, at):
                            yield show

    def _starts(self, venue: Venue, hall_plan: HallPlan, day: date) -> Iterator[datetime]:
        for start in [*SHOWS, *(NIGHT_SHOWS if hall_plan.all_night else LATE_SHOWS)]:
            midnight = day + timedelta(days=1) if start < time(5) else day
            minutes = timedelta(minutes=self.rng.randrange(0, 15, 5))
            if hall_plan.all_night and start == SHOWS[-1]:
                minutes -= timedelta(minutes=20)
            yield as_instant(datetime.combine(midnight, start) + minutes, venue.cinema.zone)

    def _show(self, venue: Venue, hall_plan: HallPlan, hall: Hall, start: datetime, orders: float) -> PastShow:
        film = self.repertoire.film_for(venue, hall_plan, start)
        session = plan(
            film=film,
            hall=hall,
            start=start,
            ticket_price=UNPRICED,
            at=start - AHEAD,
            format=hall_plan.format,
            language="en" if self.rng.random() < 0.1 else "ru",
        )
        session.status = Session.Status.COMPLETED
        return PastShow(session, orders * self.repertoire.orders(film, hall, start))
