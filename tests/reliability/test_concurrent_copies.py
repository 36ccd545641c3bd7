"""Two copies of a job at once, and sixteen customers at once: the end is that of one, or as many win as may."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from accounts.models import User
from concessions.models import ConcessionItem
from orders.errors import NotEnoughPoints, OutOfStock, PromocodeUsedUp, Refused, SeatTaken
from orders.models import Promocode
from orders.models import orders as order_models
from orders.services import hold
from orders.services.refunds import effects
from orders.services.visits import preorders
from screenings.models import Session
from tests.helpers.factories import Picture, a_customer, a_promocode, a_session, an_adult, an_item, business_state
from tests.reliability import fake_mailbox
from tests.reliability.crash_points import Meetings
from tests.reliability.db_snapshot import restore_snapshot
from tests.reliability.interleaving import PATIENCE, two_at_once, without_compare_and_set, without_row_locks
from tests.reliability.run_job import everybody_gets_a_lease, flaws, run
from tests.reliability.scenario import AT, JOBS, an_evening

pytestmark = pytest.mark.postgres

BUYERS = 16


@pytest.fixture(autouse=True)
def _stage(stage: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "tests.reliability.fake_mailbox.Backend", str(tmp_path)
    with everybody_gets_a_lease():
        yield


# --- Two copies


def one_copy_of(job: str) -> tuple[tuple[Picture, Counter[str]], int]:
    restore_snapshot(an_evening)
    fake_mailbox.empty()
    with Meetings().watched() as points:
        run(job)
    return (business_state(), fake_mailbox.arrived()), points.passed


def two_copies_of(job: str, points: range) -> Iterator[tuple[Picture, Counter[str]]]:
    """How it ends when a second copy runs while the first is stopped at each of the points."""
    with two_at_once() as interleave:
        for point in points:
            restore_snapshot(an_evening)
            fake_mailbox.empty()
            interleave(lambda: run(job), lambda: run(job), at_point=point)
            yield business_state(), fake_mailbox.arrived()


@pytest.mark.parametrize("job", JOBS)
def test_two_copies_of_a_job_end_as_one(job: str) -> None:
    expected, points = one_copy_of(job)

    # Before the first look, between look and lock, in the middle, and shortly before the end.
    ends = [end == expected for end in two_copies_of(job, range(2, points + 1, max(points // 5, 1)))]

    assert all(ends)


@contextmanager
def nothing_guarded() -> Iterator[None]:
    with without_row_locks(), without_compare_and_set(order_models, preorders, effects):
        yield


@pytest.mark.parametrize(
    "job", ["cancel_expired_orders", "process_late_payment_orders", "update_completed_order_statuses"]
)
def test_without_the_guards_two_copies_do_something_twice(job: str) -> None:
    expected, points = one_copy_of(job)

    with nothing_guarded():
        assert any(end != expected for end in two_copies_of(job, range(2, points + 1)))


# --- Sixteen at once


def things_that_three_can_have() -> None:
    session = a_session()
    an_item(session.hall.cinema, stock=3)
    a_promocode(max_uses=3)
    a_customer(points=95)
    an_adult()


def buy_a_portion(number: int) -> None:
    item = ConcessionItem.objects.get()
    hold(cinema=item.cinema, snacks=[(item, 1)], email=f"{number}@example.org", at=AT)


def buy_seat(seat: int, **basket: Any) -> None:
    session = Session.objects.get()
    place = (session, session.hall.seats.order_by("pk")[seat], an_adult())
    hold(cinema=session.hall.cinema, tickets=[place], at=AT, **basket)


def buy_one_of_three_seats(number: int) -> None:
    buy_seat(number % 3, email=f"{number}@example.org")


def buy_with_the_promocode(number: int) -> None:
    buy_seat(number, email=f"{number}@example.org", promocode=Promocode.objects.get().code)


def buy_with_points(number: int) -> None:
    buy_seat(number, user=User.objects.get(), points=30)


def at_once(act: Callable[[int], None]) -> Counter[str]:
    """Sixteen threads, released together, each on a connection of its own: how often each refusal, or none, was met."""
    together, results = threading.Barrier(BUYERS), []

    def attempt(number: int) -> None:
        try:
            together.wait(PATIENCE)
            act(number)
            results.append("")
        except Refused as refusal:
            results.append(type(refusal).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=attempt, args=[number], daemon=True) for number in range(BUYERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return Counter(results)


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (buy_a_portion, OutOfStock),
        (buy_one_of_three_seats, SeatTaken),
        (buy_with_the_promocode, PromocodeUsedUp),
        (buy_with_points, NotEnoughPoints),
    ],
)
def test_of_sixteen_at_once_as_many_win_as_there_is_for(act: Callable[[int], None], refusal: type[Exception]) -> None:
    restore_snapshot(things_that_three_can_have)

    results = at_once(act)

    assert results == {"": 3, refusal.__name__: BUYERS - 3}
    assert flaws() == []
