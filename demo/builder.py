"""The whole demo, from the first hall to the last order, in one transaction: all of it is there, or nothing."""

import enum
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from accounts.models import User
from orders.demo import chain, housekeeping, loose_ends, programme
from orders.demo.chain import ADMIN
from orders.demo.crowd import Crowd
from orders.demo.diary import Diary
from orders.demo.fates import Life
from orders.demo.visits import Channel, Fate
from orders.models import Order
from screenings.models import Cinema, Session
from screenings.services import cancel_session

SEED = 5
SALES = 2_930  # and some that are noted on top: more than 3,000 orders
DAYS = 10


class State(enum.Enum):
    """What a database holds."""

    EMPTY = "neither cinemas nor orders"
    DEMO = "the demo chain"
    OTHER = "cinemas or orders that the demo did not make"


def state() -> State:
    if User.objects.filter(email=ADMIN).exists():
        return State.DEMO
    if Cinema.objects.exists() or Order.objects.exists():
        return State.OTHER
    return State.EMPTY


@transaction.atomic
def build(
    *,
    at: datetime,
    sales: int = SALES,
    days: int = DAYS,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> None:
    """Make the demo chain in an empty database, as if it had lived until `at`.

    `sales` orders drawn by chance, and some dozens on top that leave work for each job. `progress` is told of each
    order: how many there are, and how many there will be. The same `at` gives the same chain, but for the numbers and
    tokens of its orders.
    """
    chance = random.Random(SEED)
    demo = chain.found(chance, at=at)
    showings = programme.plan(demo, chance, at=at, days=days)
    crowd = Crowd(demo, chance, now=at)
    diary = Diary()
    life = Life(diary, chance, progress=progress)
    reserved = loose_ends.leave(demo, crowd, showings, life, diary, at=at)
    reserved |= _call_off(showings.days, crowd, life, diary, at=at)
    for visit in crowd.visits(showings.old, max(8, sales // 100)):
        life.expect(visit)
    for visit in crowd.visits([each for each in showings.recent if each.pk not in reserved], sales):
        life.expect(visit)
    _keep_house(diary, at=at, days=days)
    diary.live(at)


def _call_off(sessions: list[Session], crowd: Crowd, life: Life, diary: Diary, *, at: datetime) -> set[int]:
    """Two sessions of last week were cancelled six hours before they began; cron has refunded them since."""
    past = [each for each in sessions if at - timedelta(days=7) < each.start_datetime < at - timedelta(days=1)]
    chosen = crowd.chance.sample(past, 2)
    for session in chosen:
        for fate in (Fate.WAITS, Fate.WAITS, Fate.WAITS, Fate.NEVER_PAYS):
            visit = crowd.to(
                session, fate=fate, channel=Channel.ONLINE, at=session.start_datetime - timedelta(hours=30)
            )
            if visit is not None:
                life.expect(visit)
        diary.note(
            session.start_datetime - timedelta(hours=6),
            partial(_cancel, session, actor=crowd.venue_of(session).manager),
        )
    return {session.pk for session in chosen}


def _cancel(session: Session, at: datetime, *, actor: User) -> None:
    cancel_session(session, reason="Авария электросети", at=at, actor=actor)


def _keep_house(diary: Diary, *, at: datetime, days: int) -> None:
    """Cron ran once a day in the distant past and every six hours of late, until it stopped."""
    stopped = at - loose_ends.CRON_STOPPED
    for hours in range(0, 24 * (days + 2), 6):
        diary.note(stopped - timedelta(hours=hours), housekeeping.tidy_up)
    for day in range(days + 2, 50, 2):
        diary.note(stopped - timedelta(days=day), housekeeping.tidy_up)
    for day in range(0, 50, 3):
        diary.note(stopped - timedelta(days=day, minutes=30), housekeeping.restock)
