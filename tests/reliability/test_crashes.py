"""A job that is killed at any statement or commit, and run again, ends as if it had never been killed."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection

from cinema import clock
from demo.models import DemoRefund
from jobs.claims import CLAIM_DURATION
from orders.models import Order
from orders.services.refunds import effects, refund
from orders.services.selling import cancellation
from payments.models import Refund
from tests.helpers.factories import DRAWN_BY_LOT, Picture, business_state
from tests.helpers.ledger_diff import differences
from tests.helpers.sampling import EXHAUSTIVE
from tests.reliability import fake_mailbox
from tests.reliability.crash_injection import kill, points_of
from tests.reliability.db_snapshot import restore_snapshot, whole
from tests.reliability.run_job import LEASE_IS_OVER, by_the_clock, run
from tests.reliability.scenario import AT, JOBS, an_evening

EVERY_POINT = {"cancel_expired_orders", "process_refunded_orders"}
SENDERS = {"deliver_notifications", "execute_refunds"}  # what they had claimed waits until the claim ends
SAMPLED = [job for job in JOBS if job not in EVERY_POINT | SENDERS]
ONE_IN = 10  # on each database
AT_MOST = 8  # points of one job, where it does its rows one by one
LETTERS = 6  # that the killed sender has before it; whoever comes after it sends them all


def take_snapshot() -> None:
    restore_snapshot(an_evening)


def never_killed(job: str, *, limit: int | None = None) -> tuple[Picture, int]:
    """How the job ends when nobody kills it, and how many points it passes."""
    take_snapshot()
    before = business_state()
    points = points_of(lambda: run(job, limit=limit))
    after = business_state()
    assert after != before, f"{job} had nothing to do"
    return after, points


def some(points: int, *, one_in: int, beginning: int = 0) -> range:
    """What one database passes over is in the middle of the other's."""
    if EXHAUSTIVE:
        return range(1, points + 1)
    first = beginning + one_in // 2 * (connection.vendor == "postgresql")
    return range(1 + first % one_in, points + 1, one_in)


def run_again(job: str) -> Picture:
    with by_the_clock(later=LEASE_IS_OVER):
        run(job)
    return business_state()


def ends_of(
    job: str,
    points: range,
    *,
    limit: int | None = None,
    begin: Callable[[], object] = take_snapshot,
    go_on: Callable[[], Any],
    beside: Callable[[], object] = lambda: None,
) -> Iterator[tuple[int, Any]]:
    """How it ends when the job is killed at each of the points and things `go_on`.

    What is left, in the database and `beside` it, decides the end; and between two commits the same is left, since the
    clock stands still. So whatever is left goes on once, and what was left as it had been need not begin anew.
    """
    ends: dict[str, Any] = {}
    begin()
    at_first = _left(beside)
    for point in points:
        with patch.object(clock, "now", lambda: AT):
            kill(lambda: run(job, limit=limit), at_point=point)
        left = _left(beside)
        if is_new := left not in ends:
            ends[left] = go_on()
        yield point, ends[left]
        if is_new or left != at_first:
            begin()


def _left(beside: Callable[[], object]) -> str:
    return whole(but=DRAWN_BY_LOT | {"holder", "claimed_by"}) + repr(beside())


@pytest.mark.parametrize("job", sorted(EVERY_POINT))
def test_killed_at_any_point_and_run_again_it_ends_as_if_never_killed(stage: None, job: str) -> None:
    expected, points = never_killed(job)

    broken = [
        point for point, end in ends_of(job, range(1, points + 1), go_on=lambda: run_again(job)) if end != expected
    ]

    assert broken == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("job", SAMPLED)
def test_killed_at_some_points_and_run_again_it_ends_as_if_never_killed(stage: None, job: str) -> None:
    expected, points = never_killed(job)
    one_in = max(ONE_IN, points // AT_MOST)
    sample = some(points, one_in=one_in, beginning=random.Random(job).randrange(one_in))

    broken = [point for point, end in ends_of(job, sample, go_on=lambda: run_again(job)) if end != expected]

    assert broken == []


@contextmanager
def committing_after(place: Any, door: str, *modules: Any) -> Iterator[None]:
    """As if the work were two transactions: `door` ends the first of them. The modules ask for no savepoints, which a
    commit in between would lose."""
    through = getattr(place, door)

    def through_and_commit(*args: Any, **kwargs: Any) -> Any:
        result = through(*args, **kwargs)
        connection._commit()
        if connection.vendor == "sqlite":  # psycopg2 begins the next one by itself
            connection._start_transaction_under_autocommit()
        return result

    with ExitStack() as stack:
        for module in modules:
            stack.enter_context(patch.object(module, "transaction", SimpleNamespace(atomic=nullcontext)))
        stack.enter_context(patch.object(place, door, through_and_commit))
        yield


@pytest.mark.parametrize(
    ("job", "in_two"),
    [
        ("cancel_expired_orders", lambda: committing_after(Order, "transition", cancellation)),
        ("process_refunded_orders", lambda: committing_after(effects, "transition", refund)),
    ],
)
def test_were_status_and_effects_two_transactions_a_kill_would_show(
    stage: None, job: str, in_two: Callable[[], Any]
) -> None:
    with in_two():
        expected, points = never_killed(job)

        # Somewhere in the middle the first of the two has been committed.
        second_half = range(points // 2, points + 1)
        broken = any(end != expected for _point, end in ends_of(job, second_half, go_on=lambda: run_again(job)))

    assert broken


def test_a_sender_killed_at_any_point_leaves_no_message_unsent_and_repeats_none_twice(
    stage: None, settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "tests.reliability.fake_mailbox.Backend", str(tmp_path)
    fake_mailbox.empty()
    expected, _points = never_killed("deliver_notifications")
    calm = fake_mailbox.arrived()
    assert set(calm.values()) == {1}
    _after_some, points = never_killed("deliver_notifications", limit=LETTERS)

    def begin() -> None:
        take_snapshot()
        fake_mailbox.empty()

    def go_on() -> tuple[Picture, Counter[str]]:
        with by_the_clock(later=LEASE_IS_OVER):
            run("deliver_notifications", at=AT + CLAIM_DURATION + timedelta(minutes=1))
        return business_state(), fake_mailbox.arrived()

    every = range(1, points + 1)
    ends = ends_of("deliver_notifications", every, limit=LETTERS, begin=begin, go_on=go_on, beside=fake_mailbox.arrived)
    broken = [
        point
        for point, (end, arrived) in ends
        if end != expected or arrived.keys() != calm.keys() or max(arrived.values()) > 2
    ]

    assert broken == []


@pytest.mark.exhaustive
def test_a_sender_of_refunds_killed_at_any_point_sends_each_once(stage: None) -> None:
    """The bank's ledger and ours are the same in the end, whatever the sender had time to write down."""
    _expected, points = never_killed("execute_refunds")
    sent = DemoRefund.objects.count()

    def go_on() -> tuple[int, int, list[str]]:
        with by_the_clock(later=LEASE_IS_OVER):
            run("execute_refunds", at=AT + CLAIM_DURATION + timedelta(minutes=1))
            run("reconcile_payments")
        to_send = Refund.objects.to_send(AT + timedelta(days=1)).count()
        return DemoRefund.objects.count(), to_send, differences()

    ends = ends_of("execute_refunds", some(points, one_in=2), go_on=go_on)
    broken = [point for point, end in ends if end != (sent, 0, [])]

    assert broken == []
