"""A job that is killed at any statement or commit, and run again, leaves what an undisturbed run leaves."""

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
from orders.services import check_in, record_refund
from orders.services import refund as refund_order
from orders.services.refunds import effects, refund
from orders.services.selling import cancellation
from payments.models import Refund
from reports.models import BusinessDay, ReportFile
from tests.helpers.factories import (
    RANDOM_FIELDS,
    BusinessState,
    a_cinema,
    a_customer,
    a_hall,
    a_paid_order,
    a_promocode,
    a_session,
    an_item,
    an_order,
    business_state,
)
from tests.helpers.ledger_diff import differences
from tests.helpers.sampling import EXHAUSTIVE, sample
from tests.reliability import fake_mailbox
from tests.reliability.crash_injection import count_crash_points, run_and_kill
from tests.reliability.db_snapshot import database_contents, restore_snapshot
from tests.reliability.run_job import AFTER_LEASE, clock_ahead, run
from tests.reliability.scenario import AT, DAY, HOUR, JOBS, create_scenario

AT_EVERY_POINT = {"cancel_expired_orders", "process_refunded_orders"}
#: Rows claimed by a killed sender wait for its claim to expire.
SENDERS = {"deliver_notifications", "execute_refunds", "build_reports", "sync_marketing_lists"}
#: In the scenario it closes forty days and passes thousands of points, most of them alike; see `a_small_cinema`.
IN_A_SMALL_CINEMA = {"close_business_day"}
SAMPLED = [job for job in JOBS if job not in AT_EVERY_POINT | SENDERS | IN_A_SMALL_CINEMA]
ONE_IN = 10  # crash points are tested, on each database
AT_MOST = 8  # crash points are tested of a job that passes many
ONE_IN_ON_SQLITE = 3  # where PostgreSQL has them all
AT_MOST_OF_A_LONG_JOB = 40  # even when all others are tested at every point
LONG_JOB = 150  # crash points
MESSAGES = 6  # the limit of the pass that is killed; the next pass sends all


def restore_scenario() -> None:
    restore_snapshot(create_scenario)


def undisturbed_run(job: str, *, limit: int | None = None) -> tuple[BusinessState, int]:
    """The state after a pass that nobody kills, and the number of crash points in it."""
    restore_scenario()
    before = business_state()
    points = count_crash_points(lambda: run(job, limit=limit))
    after = business_state()
    assert after != before, f"nothing is due to {job} in the scenario"
    return after, points


def sample_of(points: int, *, one_in: int, offset: int = 0) -> range:
    """Every `one_in`-th point, or every one; on PostgreSQL those in the middle between SQLite's."""
    if EXHAUSTIVE:
        every = 1 if connection.vendor == "postgresql" else ONE_IN_ON_SQLITE
        return range(1, points + 1, every if points < LONG_JOB else points // AT_MOST_OF_A_LONG_JOB)
    first = offset + one_in // 2 * (connection.vendor == "postgresql")
    return range(1 + first % one_in, points + 1, one_in)


def run_again(job: str) -> BusinessState:
    with clock_ahead(AFTER_LEASE):
        run(job)
    return business_state()


def ends_after_kills(
    job: str,
    points: range,
    *,
    limit: int | None = None,
    restore: Callable[[], object] = restore_scenario,
    recover: Callable[[], Any],
    outside: Callable[[], object] = lambda: None,
) -> Iterator[tuple[int, Any]]:
    """Kill the job at each of the points, let `recover` go on, and yield the point and what `recover` returned.

    The contents of the database, and of what is `outside` it, determine what `recover` does. Between two commits a
    killed job leaves the same contents, because the clock is stopped; so `recover` runs once for each different
    contents, and the scenario is restored only where something has changed.
    """
    ends: dict[str, Any] = {}
    restore()
    initial = _contents(outside)
    for point in points:
        with patch.object(clock, "now", lambda: AT):
            run_and_kill(lambda: run(job, limit=limit), at_point=point)
        left = _contents(outside)
        if is_new := left not in ends:
            ends[left] = recover()
        yield point, ends[left]
        if is_new or left != initial:
            restore()


def _contents(outside: Callable[[], object]) -> str:
    return database_contents(exclude=RANDOM_FIELDS | {"holder", "claimed_by"}) + repr(outside())


@pytest.mark.parametrize("job", sorted(AT_EVERY_POINT))
def test_a_job_killed_at_any_point_and_run_again_ends_like_an_undisturbed_run(empty_database: None, job: str) -> None:
    expected, points = undisturbed_run(job)

    broken = [
        point
        for point, end in ends_after_kills(job, range(1, points + 1), recover=lambda: run_again(job))
        if end != expected
    ]

    assert broken == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("job", sample(SAMPLED, turn=0))
def test_a_job_killed_at_sampled_points_and_run_again_ends_like_an_undisturbed_run(
    empty_database: None, job: str
) -> None:
    restore_scenario()
    run(job)  # fills what a process keeps, such as content types: the killed children inherit it
    expected, points = undisturbed_run(job)
    one_in = max(ONE_IN, points // AT_MOST)
    sample = sample_of(points, one_in=one_in, offset=random.Random(job).randrange(one_in))

    broken = [point for point, end in ends_after_kills(job, sample, recover=lambda: run_again(job)) if end != expected]

    assert broken == []


def a_small_cinema() -> None:
    """Two business days that have ended, with one order of each kind; the second corrects the first."""
    cinema = a_cinema()
    hall, item = a_hall(cinema), an_item(cinema)
    first, second = a_session(hall, start=AT - 2 * DAY + HOUR), a_session(hall, start=AT - DAY + HOUR)
    part = a_paid_order(first, seats=2, snacks=[(item, 1)], at=AT - 2 * DAY)
    check_in(part.tickets.earliest("pk"), at=first.start_datetime)
    refund_order(part, lines=[part.tickets.latest("pk")], reason="Ill", at=AT - DAY)
    a_paid_order(second, customer=a_customer(points=30), points=30, promocode=a_promocode(), at=AT - DAY)
    charged_back = a_paid_order(second, at=AT - DAY)
    record_refund(charged_back, amount=charged_back.final_amount, external_id="back", at=AT - DAY + HOUR)
    a_paid_order(a_session(hall), snacks=[(item, 2)], at=AT - DAY)  # in advance
    a_paid_order(snacks=[(item, 1)], at=AT - DAY)
    an_order(second, at=AT - DAY)


@pytest.mark.exhaustive
def test_a_close_of_days_killed_anywhere_and_run_again_ends_like_an_undisturbed_one(empty_database: None) -> None:
    def restore() -> None:
        restore_snapshot(a_small_cinema)

    restore()
    run("close_business_day")  # fills what a process keeps
    restore()
    points = count_crash_points(lambda: run("close_business_day"))
    expected = business_state()
    assert BusinessDay.objects.closed().count() == 2
    sample = range(1, points + 1, 1 if EXHAUSTIVE else points // AT_MOST)

    ends = ends_after_kills(
        "close_business_day", sample, restore=restore, recover=lambda: run_again("close_business_day")
    )
    broken = [point for point, end in ends if end != expected]

    assert broken == []


@contextmanager
def committing_after(owner: Any, function: str, *modules: Any) -> Iterator[None]:
    """Negative control: split the work into two transactions, the first of which ends after `function`. Savepoints are
    disabled in the modules, since a commit would release them."""
    original = getattr(owner, function)

    def call_and_commit(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        connection._commit()
        if connection.vendor == "sqlite":  # psycopg2 begins the next one by itself
            connection._start_transaction_under_autocommit()
        return result

    with ExitStack() as stack:
        for module in modules:
            stack.enter_context(patch.object(module, "transaction", SimpleNamespace(atomic=nullcontext)))
        stack.enter_context(patch.object(owner, function, call_and_commit))
        yield


@pytest.mark.parametrize(
    ("job", "in_two_transactions"),
    [
        ("cancel_expired_orders", lambda: committing_after(Order, "transition", cancellation)),
        ("process_refunded_orders", lambda: committing_after(effects, "transition", refund)),
    ],
)
def test_if_status_and_effects_were_two_transactions_a_kill_would_be_noticed(
    empty_database: None, job: str, in_two_transactions: Callable[[], Any]
) -> None:
    with in_two_transactions():
        expected, points = undisturbed_run(job)

        # From somewhere in the middle on, the first transaction is committed and the second is not.
        second_half = range(points // 2, points + 1)
        broken = any(
            end != expected for _point, end in ends_after_kills(job, second_half, recover=lambda: run_again(job))
        )

    assert broken


@pytest.mark.exhaustive
def test_a_sender_killed_at_any_point_sends_each_message_once_or_at_most_twice(
    empty_database: None, settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "tests.reliability.fake_mailbox.Backend", str(tmp_path)
    fake_mailbox.clear()
    expected, _points = undisturbed_run("deliver_notifications")
    undisturbed = fake_mailbox.delivered()
    assert set(undisturbed.values()) == {1}
    _state, points = undisturbed_run("deliver_notifications", limit=MESSAGES)

    def restore() -> None:
        restore_scenario()
        fake_mailbox.clear()

    def recover() -> tuple[BusinessState, Counter[str]]:
        with clock_ahead(AFTER_LEASE):
            run("deliver_notifications", at=AT + CLAIM_DURATION + timedelta(minutes=1))
        return business_state(), fake_mailbox.delivered()

    ends = ends_after_kills(
        "deliver_notifications",
        sample_of(points, one_in=3),
        limit=MESSAGES,
        restore=restore,
        recover=recover,
        outside=fake_mailbox.delivered,
    )
    broken = [
        point
        for point, (end, delivered) in ends
        if end != expected or delivered.keys() != undisturbed.keys() or max(delivered.values()) > 2
    ]

    assert broken == []


@pytest.mark.exhaustive
def test_execute_refunds_killed_at_any_point_sends_each_refund_once(empty_database: None) -> None:
    """In the end the ledgers of the bank and of the cinema agree, whatever the killed job had recorded."""
    _expected, points = undisturbed_run("execute_refunds")
    sent = DemoRefund.objects.count()

    def recover() -> tuple[int, int, list[str]]:
        with clock_ahead(AFTER_LEASE):
            run("execute_refunds", at=AT + CLAIM_DURATION + timedelta(minutes=1))
            run("reconcile_payments")
        to_send = Refund.objects.to_send(AT + timedelta(days=1)).count()
        return DemoRefund.objects.count(), to_send, differences()

    ends = ends_after_kills("execute_refunds", sample_of(points, one_in=4), recover=recover)
    broken = [point for point, end in ends if end != (sent, 0, [])]

    assert broken == []


@pytest.mark.exhaustive
def test_report_files_are_made_once_wherever_the_job_is_killed(
    empty_database: None, settings: Any, tmp_path: Path
) -> None:
    settings.STORAGES = settings.STORAGES | {
        "reports": {**settings.STORAGES["reports"], "OPTIONS": {"location": str(tmp_path)}}
    }
    expected, points = undisturbed_run("build_reports")

    def stored() -> list[str]:
        return sorted(path.name for path in tmp_path.iterdir())

    def restore() -> None:
        restore_scenario()
        for path in tmp_path.iterdir():
            path.unlink()

    def recover() -> tuple[BusinessState, bool]:
        with clock_ahead(AFTER_LEASE):
            run("build_reports", at=AT + CLAIM_DURATION + timedelta(minutes=1))
        ready = ReportFile.objects.filter(status=ReportFile.Status.READY, person__isnull=False)
        return business_state(), stored() == sorted(ready.values_list("name", flat=True))

    ends = ends_after_kills(
        "build_reports", sample_of(points, one_in=3), restore=restore, recover=recover, outside=stored
    )
    broken = [point for point, end in ends if end != (expected, True)]

    assert broken == []
