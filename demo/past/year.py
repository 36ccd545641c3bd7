"""Gives the chain a past: a year of screenings, orders and stock, written in bulk as services would have left them."""

import random
from bisect import bisect
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import accumulate

from accounts.models import User
from demo.chain import Chain, create_customers
from demo.past import books
from demo.past.programme import PastProgramme
from demo.past.sales import PastCashier
from demo.past.stock import PastStock
from demo.price_lists import priced
from demo.repertoire import Repertoire
from demo.simulation.bookings import Booking, Channel, Outcome
from demo.simulation.visitors import BookingGenerator
from house_rules.scope import rules_scope
from screenings.models import Session

ORDERS_A_SHOW = 1.5
SNACKS_ONLY = 0.06
CUSTOMERS = 700

OUTCOMES: dict[str, dict[Outcome, int]] = {
    # Per 100 orders of the channel.
    Channel.ONLINE: {
        Outcome.ATTENDS: 82,
        Outcome.NO_SHOW: 6,
        Outcome.NEVER_PAYS: 6,
        Outcome.REFUNDS_ALL: 4,
        Outcome.REFUNDS_ONE: 2,
    },
    Channel.BOX_OFFICE: {Outcome.ATTENDS: 97, Outcome.NEVER_PAYS: 1, Outcome.REFUNDS_ALL: 2},
    Channel.RESERVATION: {Outcome.ATTENDS: 84, Outcome.NO_SHOW: 4, Outcome.NEVER_PAYS: 12},
}


@rules_scope()
def add_past_year(
    chain: Chain,
    repertoire: Repertoire,
    generator: BookingGenerator,
    rng: random.Random,
    *,
    at: datetime,
    days: int,
    until: Mapping[int, datetime],
) -> None:
    """Add `days` days before `at`, in each hall up to the start in `until`. The customers of the last weeks join those
    of the chain, with the points that they have. Must be called inside a transaction.
    """
    since = at - timedelta(days=days)
    shows = list(PastProgramme(chain, repertoire, rng).shows(at=at, days=days, until=until, orders=ORDERS_A_SHOW))
    books.save_sessions(priced([show.session for show in shows]))
    customers = _Customers(chain, rng, since=since.date(), days=days)
    bookings: list[Booking] = []
    last = max(show.session.start_datetime for show in shows)
    for show in shows:
        number = _poisson(rng, show.orders)
        bookings += filter(None, (_of_session(generator, show.session) for _each in range(number)))
    for _each in range(int(len(bookings) * SNACKS_ONLY)):
        bookings.append(_snacks_only(generator, since + (last - since) * rng.random()))
    bookings.sort(key=lambda booking: booking.at)
    for booking in bookings:
        if booking.customer is not None:
            booking.customer = customers.one_of(booking.at)
    cashier = PastCashier(rng, [show.session for show in shows])
    sales = cashier.sell(bookings)
    books.save(sales, PastStock(chain, rng, since=since, until=last).move(sales))
    books.save_points(sales, cashier.credited)
    books.save_dates_of_registration(customers.registered())
    chain.customers += customers.of_last_weeks(last)
    for customer, points in cashier.balances.items():
        chain.points[customer] = chain.points.get(customer, 0) + points


def _of_session(generator: BookingGenerator, session: Session) -> Booking | None:
    booking = generator.for_session(session, points=0)
    if booking is not None:
        weights = OUTCOMES[booking.channel]
        booking.outcome = generator.rng.choices(list(weights), list(weights.values()))[0]
    return booking


def _snacks_only(generator: BookingGenerator, at: datetime) -> Booking:
    booking = generator.snacks_only()
    opening = booking.venue.cinema.local(at).replace(hour=11, minute=0)
    booking.at = opening + timedelta(minutes=generator.rng.randrange(11 * 60))
    booking.points = 0
    booking.outcome = generator.rng.choices([Outcome.ATTENDS, Outcome.NO_SHOW], [96, 4])[0]
    return booking


class _Customers:
    """People who register in the course of the year, come often or seldom, and after a while come no more."""

    def __init__(self, chain: Chain, rng: random.Random, *, since: date, days: int) -> None:
        self.rng = rng
        regulars = chain.customers
        others = create_customers("client", range(1000, 1000 + max(20, CUSTOMERS * days // 365)))
        self._first: dict[int, datetime] = {}
        self._last: dict[int, datetime] = {}
        self._people = {person.pk: person for person in (*regulars, *others)}
        self._weeks: defaultdict[int, list[tuple[User, float]]] = defaultdict(list)
        weeks = days // 7 + 2
        for person in self._people.values():
            regular = person in regulars
            begins = 0 if rng.random() < 0.12 else rng.randrange(weeks)
            stays = weeks if regular else max(1, int(rng.expovariate(1 / 14)))
            often = rng.paretovariate(1.6) * (1.5 if regular else 1.0)
            for week in range(begins, min(weeks, begins + stays)):
                # People come most often when they are new.
                self._weeks[week].append((person, often * (0.5 + 2.0 / (1 + week - begins))))
        self._since = since
        self._sums = {
            week: list(accumulate(often for _person, often in people)) for week, people in self._weeks.items()
        }

    def one_of(self, at: datetime) -> User | None:
        week = max(0, (at.date() - self._since).days // 7)
        if week not in self._sums:
            return None
        sums = self._sums[week]
        person = self._weeks[week][bisect(sums, self.rng.random() * sums[-1])][0]
        self._first.setdefault(person.pk, at)
        self._last[person.pk] = at
        return person

    def registered(self) -> list[User]:
        """Everybody who ordered, each registered minutes before the first order."""
        people = [self._people[key] for key in self._first]
        for person in people:
            person.date_joined = self._first[person.pk] - timedelta(minutes=6)
        return people

    def of_last_weeks(self, last: datetime) -> list[User]:
        return [self._people[key] for key, at in self._last.items() if last - at < timedelta(days=42)]


def _poisson(rng: random.Random, mean: float) -> int:
    """A random number of events of which `mean` are expected."""
    number, waited = 0, rng.expovariate(1.0)
    while waited < mean:
        number += 1
        waited += rng.expovariate(1.0)
    return number
