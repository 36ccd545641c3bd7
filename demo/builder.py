"""Builds the demonstration chain: see `build`."""

import enum
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction

from accounts.models import User
from demo import pending_work
from demo.chain import ADMIN_EMAIL, create_chain
from demo.past.days import close_past_days
from demo.past.hire import add_film_hire
from demo.past.prices import add_prices
from demo.past.year import add_past_year
from demo.price_lists import add_price_lists
from demo.repertoire import Repertoire
from demo.showtimes import plan_next_week, schedule_showtimes
from demo.simulation import past_jobs
from demo.simulation.bookings import Channel, Outcome
from demo.simulation.outcomes import BookingSimulator
from demo.simulation.timeline import Timeline
from demo.simulation.visitors import BookingGenerator
from incidents.causes import Cause
from incidents.services import Explanation, cancel
from orders.models import Order
from screenings.models import Cinema, Session

SEED = 5
SALES = 900  # random orders that the services make
DAYS = 10  # on sale, from today
LATEST_DAYS = 4  # before today, whose orders the services make too
PAST_DAYS = 365


class DatabaseState(enum.Enum):
    """What a database holds."""

    EMPTY = "neither cinemas nor orders"
    DEMO = "the demo chain"
    OTHER = "cinemas or orders that the demo did not make"


def database_state() -> DatabaseState:
    """The demo is recognised by its superuser."""
    if User.objects.filter(email=ADMIN_EMAIL).exists():
        return DatabaseState.DEMO
    if Cinema.objects.exists() or Order.objects.exists():
        return DatabaseState.OTHER
    return DatabaseState.EMPTY


@transaction.atomic
def build(
    *,
    at: datetime,
    sales: int = SALES,
    days: int = DAYS,
    latest_days: int = LATEST_DAYS,
    past_days: int = PAST_DAYS,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> None:
    """Create the demo chain in an empty database, as if it had been in business until `at`.

    Over `past_days` days there are tens of thousands of orders that are written without the services. The last
    `latest_days` and the next `days` days have `sales` random orders of the services, and some dozens more that leave
    work for each job.
    `progress(done, total)` is called after each order. Runs in one transaction. The same `at` gives the same chain,
    except for order numbers and tokens.
    """
    rng = random.Random(SEED)
    opened = timedelta(days=past_days + 7)
    chain = create_chain(rng, at=at, opened=opened)
    add_price_lists(chain, at=at, opened=opened)
    repertoire = Repertoire(chain, rng, today=at.date(), days=past_days)
    showtimes = schedule_showtimes(chain, repertoire, rng, at=at, before=latest_days, after=days)
    generator = BookingGenerator(chain, rng, now=at)
    add_past_year(chain, repertoire, generator, rng, at=at, days=past_days, until=showtimes.first_by_hall)
    plan_next_week(chain, at=at)
    timeline = Timeline()
    simulator = BookingSimulator(timeline, rng, progress=progress)
    reserved = pending_work.leave_pending_work(chain, generator, showtimes, simulator, timeline, at=at)
    reserved |= _cancel_two_sessions(showtimes.daytime, generator, simulator, timeline, at=at)
    open_to_all = [each for each in showtimes.recent if each.pk not in reserved]
    for booking in generator.bookings(open_to_all, sales, orders=repertoire.orders):
        simulator.add(booking)
    _add_past_jobs(timeline, at=at, days=latest_days)
    add_prices(chain, timeline, at=at, days=latest_days)
    timeline.run_until(at)
    connection.cursor().execute("ANALYZE")  # or SQLite reads whole tables to count a day
    close_past_days(until=at - timedelta(days=latest_days))
    add_film_hire()


def _cancel_two_sessions(
    sessions: list[Session],
    generator: BookingGenerator,
    simulator: BookingSimulator,
    timeline: Timeline,
    *,
    at: datetime,
) -> set[int]:
    """Cancel two sessions of last week six hours before their start; past jobs refund them. Returns their ids."""
    past = [each for each in sessions if at - timedelta(days=7) < each.start_datetime < at - timedelta(days=1)]
    chosen = generator.rng.sample(past, 2)
    for session in chosen:
        for outcome in (Outcome.STAYS_PAID, Outcome.STAYS_PAID, Outcome.STAYS_PAID, Outcome.NEVER_PAYS):
            booking = generator.for_session(
                session, outcome=outcome, channel=Channel.ONLINE, at=session.start_datetime - timedelta(hours=30)
            )
            if booking is not None:
                simulator.add(booking)
        timeline.add(
            session.start_datetime - timedelta(hours=6),
            partial(_cancel, session, actor=generator.venue_of(session).manager),
        )
    return {session.pk for session in chosen}


def _cancel(session: Session, at: datetime, *, actor: User) -> None:
    told = Explanation(Cause.POWER)
    cancel([session], reason="Авария электросети", told=told, at=at, actor=actor)


def _add_past_jobs(timeline: Timeline, *, at: datetime, days: int) -> None:
    """The jobs ran once a day at first and every six hours during the last days, until `CRON_STOPPED`."""
    stopped = at - pending_work.CRON_STOPPED
    for hours in range(0, 24 * (days + 2), 6):
        timeline.add(stopped - timedelta(hours=hours), past_jobs.run_past_jobs)
    for day in range(days + 2, days + 16):
        timeline.add(stopped - timedelta(days=day), past_jobs.run_past_jobs)
    for day in range(0, days + 16, 3):
        timeline.add(stopped - timedelta(days=day, minutes=30), past_jobs.restock)
