"""Two copies of a job at once leave what one copy leaves. Of sixteen customers at once, as many succeed as there are
units left. Negative control: without locks and compare-and-set two copies do some work twice."""

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
from tests.helpers.factories import BusinessState, a_customer, a_promocode, a_session, an_adult, an_item, business_state
from tests.reliability import fake_mailbox
from tests.reliability.crash_points import InterleavingPoints
from tests.reliability.db_snapshot import restore_snapshot
from tests.reliability.interleaving import TIMEOUT, interleaver, without_compare_and_set, without_row_locks
from tests.reliability.run_job import invariant_violations, leases_always_granted, run
from tests.reliability.scenario import AT, JOBS, create_scenario

pytestmark = pytest.mark.postgres

BUYERS = 16


@pytest.fixture(autouse=True)
def _empty_database(empty_database: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "tests.reliability.fake_mailbox.Backend", str(tmp_path)
    with leases_always_granted():
        yield


# --- Two copies


def end_of_one_copy(job: str) -> tuple[tuple[BusinessState, Counter[str]], int]:
    restore_snapshot(create_scenario)
    fake_mailbox.clear()
    with InterleavingPoints().counting() as points:
        run(job)
    return (business_state(), fake_mailbox.delivered()), points.passed


def ends_of_two_copies(job: str, points: range) -> Iterator[tuple[BusinessState, Counter[str]]]:
    """The ends when a second copy runs while the first is paused at each of the points."""
    with interleaver() as interleave:
        for point in points:
            restore_snapshot(create_scenario)
            fake_mailbox.clear()
            interleave(lambda: run(job), lambda: run(job), at_point=point)
            yield business_state(), fake_mailbox.delivered()


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize("job", JOBS)
def test_two_copies_of_a_job_leave_what_one_copy_leaves(job: str) -> None:
    expected, points = end_of_one_copy(job)

    # About five points: before the first query, between query and lock, in the middle, and near the end.
    ends = [end == expected for end in ends_of_two_copies(job, range(2, points + 1, max(points // 5, 1)))]

    assert all(ends)


@contextmanager
def without_protections() -> Iterator[None]:
    with without_row_locks(), without_compare_and_set(order_models, preorders, effects):
        yield


@pytest.mark.parametrize(
    "job", ["cancel_expired_orders", "process_late_payment_orders", "update_completed_order_statuses"]
)
def test_without_locks_and_compare_and_set_two_copies_do_work_twice(job: str) -> None:
    expected, points = end_of_one_copy(job)

    with without_protections():
        assert any(end != expected for end in ends_of_two_copies(job, range(2, points + 1)))


# --- Sixteen customers at once


def three_of_everything() -> None:
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


def at_once(buy: Callable[[int], None]) -> Counter[str]:
    """Sixteen threads start together, each on its own connection. Counts each kind of refusal; "" is success."""
    together, results = threading.Barrier(BUYERS), []

    def attempt(number: int) -> None:
        try:
            together.wait(TIMEOUT)
            buy(number)
            results.append("")
        except Refused as refusal:
            results.append(type(refusal).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=attempt, args=[number], daemon=True) for number in range(BUYERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(TIMEOUT)
    return Counter(results)


@pytest.mark.parametrize(
    ("buy", "refusal"),
    [
        (buy_a_portion, OutOfStock),
        (buy_one_of_three_seats, SeatTaken),
        (buy_with_the_promocode, PromocodeUsedUp),
        (buy_with_points, NotEnoughPoints),
    ],
)
def test_of_sixteen_customers_at_once_three_succeed_and_the_others_are_refused(
    buy: Callable[[int], None], refusal: type[Exception]
) -> None:
    restore_snapshot(three_of_everything)

    results = at_once(buy)

    assert results == {"": 3, refusal.__name__: BUYERS - 3}
    assert invariant_violations() == []
