"""Jobs are idempotent, and the end depends neither on the size of batches nor on the order of jobs."""

import random
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Q

from consistency import invariants
from jobs.models import JobLease, JobRun, QuarantinedRow
from orders.models import Order
from tests.helpers.factories import BusinessState, business_state
from tests.helpers.sampling import seeds
from tests.reliability.db_snapshot import restore_snapshot
from tests.reliability.run_job import run
from tests.reliability.scenario import AT, DAY, HOUR, JOBS, create_scenario

EVERY_COMMAND = [*JOBS, "check_invariants"]
SEEDS = seeds(3, 15)
MAX_ROUNDS = 5  # of all jobs, until nothing is due any more


@pytest.fixture(autouse=True)
def _empty_database(empty_database: None, settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "tests.reliability.fake_mailbox.Backend", str(tmp_path)


def create_large_scenario() -> None:
    """Most jobs have more rows than a batch of seven holds."""
    create_scenario(per_case=4)


def state_after(jobs: Sequence[str], **options: Any) -> BusinessState:
    for job in jobs:
        run(job, **options)
    return business_state()


# --- Idempotence and batches


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize("job", JOBS)
def test_a_second_pass_changes_nothing(job: str) -> None:
    restore_snapshot(create_scenario)

    once = state_after([job])
    twice = state_after([job])

    assert twice == once


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize("job", JOBS)
def test_the_size_of_batches_does_not_matter(job: str) -> None:
    ends = []
    for size in (1, 7, 500):
        restore_snapshot(create_large_scenario)
        ends.append(state_after([job], batch_size=size))

    assert ends[0] == ends[1] == ends[2]


# --- The order of jobs


def order_independent_state(state: BusinessState) -> BusinessState:
    """Statuses, stock, money and points. If two reasons can end an order, the job that runs first decides which one is
    recorded, and so its messages and receipts; these are left out. So are the figures of reports: on which day
    a fact is booked depends on when it was recorded, and only their sums do not (`tests/reports/workflows`). Forecasts,
    prices and suggested quantities are made of what was known when they were made, and so is what other systems are
    told: of a session that is archived first they hear nothing.
    """
    ignored = {"notifications.Notification", "payments.Receipt", "payments.ReceiptLine", "screenings.PriceQuote"}
    ignored.add("film_hire.SettledWeek")  # a week that was closed with a later one is settled with it
    compared = {
        table: lines
        for table, lines in state.items()
        if table not in ignored and not table.startswith(("reports.", "pricing.", "integrations."))
    }
    for table, made_of_forecasts in {
        "screenings.Session": r"(quoted_price|price_quote\w*|price_review_at)=[^,]*",
        "concessions.ConcessionItem": r"expected_\w+=[^,]*",
        "concessions.ReorderSuggestion": r"quantity=[^,]*",
    }.items():
        compared[table] = sorted(re.sub(made_of_forecasts, "", line) for line in state[table])
    compared["orders.OrderEvent"] = sorted(line.partition(", reason=")[0] for line in state["orders.OrderEvent"])
    return compared


def state_when_nothing_is_due(jobs: Sequence[str]) -> BusinessState:
    before: BusinessState = {}
    for _round in range(MAX_ROUNDS):
        end = state_after(jobs)
        if end == before:
            return end
        before = end
    raise AssertionError(f"something is still due after {MAX_ROUNDS} rounds")


@pytest.mark.exhaustive
def test_jobs_in_any_order_lead_to_the_same_state() -> None:
    jobs = [job for job in JOBS if job != "fetch_payouts"]  # it writes reports alone, which are not compared
    restore_snapshot(create_scenario)
    expected = order_independent_state(state_when_nothing_is_due(jobs))

    for seed in SEEDS:
        restore_snapshot(create_scenario)
        shuffled = random.Random(seed).sample(jobs, len(jobs))
        assert order_independent_state(state_when_nothing_is_due(shuffled)) == expected, f"in the order {shuffled}"


def test_no_invariant_is_violated_when_nothing_is_due() -> None:
    restore_snapshot(create_large_scenario)

    state_when_nothing_is_due(JOBS)

    assert list(invariants.violations(AT)) == []
    assert not QuarantinedRow.objects.exists()


# --- Dry runs and past instants


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize("job", EVERY_COMMAND)
def test_a_dry_run_changes_and_records_nothing(job: str, capsys: Any) -> None:
    restore_snapshot(create_scenario)
    before = business_state()

    run(job, dry_run=True)

    assert business_state() == before
    assert [model.objects.count() for model in (JobRun, JobLease, QuarantinedRow)] == [0, 0, 0]
    assert capsys.readouterr().out


@pytest.mark.parametrize("ago", [HOUR, DAY, 3 * DAY, 31 * DAY])
def test_a_run_as_of_a_past_instant_ignores_later_events(ago: timedelta) -> None:
    """`--at` in the past processes what was due then; orders with later events do not change."""
    restore_snapshot(create_scenario)
    past = AT - ago
    later = orders_with_later_events(past)

    for job in JOBS:
        run(job, at=past)

    assert later
    assert orders_with_later_events(past) == later


def orders_with_later_events(past: datetime) -> dict[str, tuple[Any, ...]]:
    """Orders to which something happened after `past`, with the columns that a job could change."""
    events = ("created_at", "paid_at", "completed_at", "refunded_at", "tickets__session__cancelled_at")
    later = Order.objects.filter(Q(*((f"{event}__gt", past) for event in events), _connector=Q.OR)).distinct()
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
