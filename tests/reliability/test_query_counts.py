"""Query counts and plans. A batch of fifty rows takes as many queries as a batch of two; a pass in which nothing is due
takes a few queries that use indexes, however many old rows there are."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from cinema import clock
from orders.models import Order, Ticket
from payments.models import MANUAL_GATEWAYS, Refund
from payments.services import mark_paid_out
from reports.models import BusinessDay, ReportSchedule
from tests.reliability.db_snapshot import restore_snapshot, truncate
from tests.reliability.load import multiply, update_statistics
from tests.reliability.run_job import run, steps_of
from tests.reliability.scenario import AT, DAY, JOBS, create_scenario

#: The maximum of queries per step. Refunds touch every app, so they take more; returned and wasted stock are one each.
#: The figures about customers fill ten tables, for a whole night.
MAX_PER_BATCH = {
    "cancel_expired_orders": 33,
    "process_refunded_orders": 33,
    "refund_cancelled_sessions": 56,
    "refresh_engagement": 34,
}
MAX_PER_IDLE_STEP = 8
#: It counts the free seats of the sessions for which somebody waits: two queries more, however many there are.
MAX_PER_IDLE_JOB = {"offer_freed_seats": 11}
COPIES = 240

#: Plans that read a whole table, or on SQLite a whole index. PostgreSQL rightly reads small tables whole, so there only
#: tables that grow with every sale are checked. Disputes, promo codes and legal entities are few, and of SMS the
#: scenario has none.
FULL_SCAN = {
    "postgresql": r"Seq Scan on (orders_(?!(?:historical)?promocode)|concessions_concessionpreorder|screenings_session"
    r"|notifications_(?!sms)|payments_(?!dispute|legalentity))",
    "sqlite": r"SCAN (?!TABLE|CONSTANT)",
}
#: They ask for ticket types or marketing lists, of which there are a handful. SQLite's plans do not say which table is
#: behind an alias.
READ_TICKET_TYPES = {"announce_sessions", "sync_marketing_lists", "tell_watchers"}
#: Each night it compares every account with what that has spent, which changes as days pass.
READ_ACCOUNTS = {"update_tiers"}


@pytest.fixture(autouse=True)
def _empty_database(empty_database: None, settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "tests.reliability.fake_mailbox.Backend", str(tmp_path)


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Collects the statements, without transaction control."""
    statements: list[str] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if not sql.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield statements


def run_until_nothing_is_due(at: datetime = AT) -> None:
    """Run all jobs twice, since sessions are archived only after their orders are settled. Refunds of cash and of the
    card terminal are paid out by staff."""
    for _round in range(2):
        for job in JOBS:
            run(job, at=at)
        for each in Refund.objects.filter(status=Refund.Status.REQUESTED, payment__gateway__in=MANUAL_GATEWAYS):
            mark_paid_out(each, at=at)


def create_idle_database() -> None:
    """Many copies of old, settled data, and the scenario of today, in which nothing is due any more. There are enough
    copies for an index to be the cheaper way, and the statistics are fresh, so PostgreSQL plans the same every time."""
    truncate()
    create_scenario()
    run_until_nothing_is_due()
    # One long day of business: to close hundreds of empty days would take most of the test's time.
    BusinessDay.objects.filter(closed_at=None).update(ends_at=AT + 365 * DAY)
    run_until_nothing_is_due(AT + 60 * DAY)
    ReportSchedule.objects.update(is_active=False)  # each copy would catch up on months of reports
    multiply(COPIES, days_ago=100)
    create_scenario()
    run_until_nothing_is_due()
    update_statistics()


# Copies of events are told to copies of receivers, and copied lists are called one by one: see test_senders.py.
OF_COPIES = {"send_webhooks", "sync_marketing_lists"}
# These jobs send a request per row and save each answer at once, or read a whole file or close a whole day per row.
JOBS_ROW_BY_ROW = {
    "look_up_films",
    "execute_refunds",
    "reconcile_payments",
    "send_receipts",
    "check_receipts",
    "import_files",
    "build_reports",
    "close_business_day",
    "send_scheduled_reports",
    "settle_film_hire",
    "fetch_payouts",
    "offer_freed_seats",
}
ALL = 2_000  # a batch size that no test exceeds


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.postgres
@pytest.mark.parametrize("job", [job for job in JOBS if job not in JOBS_ROW_BY_ROW | OF_COPIES])
def test_a_batch_of_fifty_rows_takes_as_many_queries_as_a_batch_of_two(monkeypatch: Any, job: str) -> None:
    monkeypatch.setattr(clock, "monotonic", lambda: 0.0)  # the sender saves its progress once a second
    restore_snapshot(create_scenario)
    with counted_queries() as few:
        run(job, batch_size=ALL)
    restore_snapshot(create_scenario)
    multiply(25)
    with counted_queries() as many:
        run(job, batch_size=ALL)

    assert len(many) == len(few), "\n".join(many)
    without_job_records = [sql for sql in many if '"jobs_' not in sql]
    assert len(without_job_records) <= MAX_PER_BATCH.get(job, 25) * len(steps_of(job))


@pytest.mark.proofs  # it fills a database in which each job has been at work
def test_a_pass_with_nothing_due_takes_few_queries_that_use_indexes() -> None:
    create_idle_database()
    scan = re.compile(FULL_SCAN[connection.vendor])
    assert scan.search(Order.objects.filter(pk__in=Ticket.objects.filter(price=1).values("order")).explain())

    costly, scanned = {}, {}
    for job in JOBS:
        with counted_queries() as statements:
            run(job)
        if len(statements) > MAX_PER_IDLE_JOB.get(job, MAX_PER_IDLE_STEP * max(1, len(steps_of(job)))):
            costly[job] = statements
        for step in steps_of(job):
            plan = step.due(AT).order_by().values_list("pk", flat=True).explain()  # the query of `jobs.steps.keys_of`
            if scan.search(plan) and not (connection.vendor == "sqlite" and job in READ_TICKET_TYPES | READ_ACCOUNTS):
                scanned[job, step.name] = plan

    assert costly == {}
    assert scanned == {}, "\n\n".join(f"{step}:\n{plan}" for step, plan in scanned.items())
