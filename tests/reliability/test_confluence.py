"""Twice is once, and the end does not depend on how the work was cut, in which order it was done, or when."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q

from jobs.models import JobLease, JobRun, QuarantinedRow
from orders import invariants
from orders.models import Order
from tests.helpers.factories import Picture, business_state
from tests.helpers.sampling import EXHAUSTIVE
from tests.reliability.db_snapshot import restore_snapshot
from tests.reliability.run_job import run
from tests.reliability.scenario import AT, DAY, HOUR, JOBS, an_evening

EVERY_COMMAND = [*JOBS, "check_invariants"]
SEEDS = range(30) if EXHAUSTIVE else {"sqlite": range(3), "postgresql": range(3, 6)}[connection.vendor]
ROUNDS = 5  # after so many nothing is due any more, or never will be


@pytest.fixture(autouse=True)
def _stage(stage: None, settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "tests.reliability.fake_mailbox.Backend", str(tmp_path)


def a_busy_evening() -> None:
    """Of most things more than a batch of seven holds."""
    an_evening(of_each=4)


def after(jobs: Sequence[str], **options: Any) -> Picture:
    for job in jobs:
        run(job, **options)
    return business_state()


# --- Once


@pytest.mark.parametrize("job", JOBS)
def test_twice_is_once(job: str) -> None:
    restore_snapshot(an_evening)

    once = after([job])
    twice = after([job])

    assert twice == once


@pytest.mark.parametrize("job", JOBS)
def test_the_size_of_the_batches_does_not_matter(job: str) -> None:
    ends = []
    for size in (1, 7, 500):
        restore_snapshot(a_busy_evening)
        ends.append(after([job], batch_size=size))

    assert ends[0] == ends[1] == ends[2]


# --- In any order


def settled_state(picture: Picture) -> Picture:
    """Statuses, stock, money and points. Which of two reasons ended an order, and so what was told of it and printed on
    receipts, may depend on who came first."""
    told = {"notifications.Notification", "payments.Receipt", "payments.ReceiptLine"}
    kept = {table: lines for table, lines in picture.items() if table not in told}
    kept["orders.OrderEvent"] = sorted(line.partition(", reason=")[0] for line in picture["orders.OrderEvent"])
    return kept


def until_nothing_is_due(jobs: Sequence[str]) -> Picture:
    before: Picture = {}
    for _round in range(ROUNDS):
        end = after(jobs)
        if end == before:
            return end
        before = end
    raise AssertionError(f"something is still due after {ROUNDS} rounds")


@pytest.mark.exhaustive
def test_jobs_in_any_order_end_the_same() -> None:
    restore_snapshot(an_evening)
    expected = settled_state(until_nothing_is_due(JOBS))

    for seed in SEEDS:
        restore_snapshot(an_evening)
        shuffled = random.Random(seed).sample(JOBS, len(JOBS))
        assert settled_state(until_nothing_is_due(shuffled)) == expected, f"in the order {shuffled}"


def test_when_nothing_is_due_any_more_the_books_balance() -> None:
    restore_snapshot(a_busy_evening)

    until_nothing_is_due(JOBS)

    assert list(invariants.violations(AT)) == []
    assert not QuarantinedRow.objects.exists()


# --- Looking, and looking back


@pytest.mark.parametrize("job", EVERY_COMMAND)
def test_a_dry_run_changes_and_records_nothing(job: str, capsys: Any) -> None:
    restore_snapshot(an_evening)
    before = business_state()

    run(job, dry_run=True)

    assert business_state() == before
    assert [model.objects.count() for model in (JobRun, JobLease, QuarantinedRow)] == [0, 0, 0]
    assert capsys.readouterr().out


@pytest.mark.parametrize("ago", [HOUR, DAY, 3 * DAY, 31 * DAY])
def test_a_replay_does_nothing_whose_facts_lie_after_its_instant(ago: timedelta) -> None:
    """A job that replays the past sees only what was so by then: no row that came later changes."""
    restore_snapshot(an_evening)
    past = AT - ago
    later = rows_of_later_facts(past)

    for job in JOBS:
        run(job, at=past)

    assert later
    assert rows_of_later_facts(past) == later


def rows_of_later_facts(past: datetime) -> dict[str, tuple[Any, ...]]:
    """The orders of which something happened only after `past`, with all that a job could have done to them."""
    facts = ("created_at", "paid_at", "completed_at", "refunded_at", "tickets__session__cancelled_at")
    later = Order.objects.filter(Q(*((f"{fact}__gt", past) for fact in facts), _connector=Q.OR)).distinct()
    return {
        order.number: (
            order.status,
            order.bonus_accrued_at,
            order.refund_processed_at,
            order.events.count(),
            sorted(map(str, order.tickets.values_list("status", "reminder_sent_at"))),
            sorted(order.preorders.values_list("status", flat=True)),
        )
        for order in later
    }
