"""What a pass costs: the same for two rows and for fifty, and next to nothing when nothing is due, however much was."""

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
from orders.services import mark_paid_out
from payments.models import MANUAL_GATEWAYS, Refund
from tests.reliability.db_snapshot import restore_snapshot, vacuum
from tests.reliability.load import multiply
from tests.reliability.run_job import run, steps_of
from tests.reliability.scenario import AT, DAY, JOBS, an_evening

#: Statements a step. Refunds reach into every room: more, and still the same for any number of rows.
MOST_OF_A_BATCH = {"process_refunded_orders": 30, "refund_cancelled_sessions": 42}
MOST_OF_AN_IDLE_STEP = 8

#: Plans that read a table from end to end; an index that SQLite reads from end to end is no better. PostgreSQL, which
#: has counted the rows, may well read a small table so: there the tables count that grow with every sale.
A_SCAN = {
    "postgresql": r"Seq Scan on (orders_|concessions_concessionpreorder|screenings_session|notifications_|payments_)",
    "sqlite": r"SCAN (?!TABLE|CONSTANT)",
}


@pytest.fixture(autouse=True)
def _stage(stage: None, settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "tests.reliability.fake_mailbox.Backend", str(tmp_path)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that ask or change something."""
    statements: list[str] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if not sql.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield statements


def tidy_up(at: datetime = AT) -> None:
    """All jobs, until nothing is due: sessions are archived a while after their orders are settled. Staff hand out what
    was taken by hand."""
    for _round in range(2):
        for job in JOBS:
            run(job, at=at)
        for back in Refund.objects.filter(status=Refund.Status.REQUESTED, payment__gateway__in=MANUAL_GATEWAYS):
            mark_paid_out(back, at=at)


def an_idle_evening_after_many() -> None:
    """Hundreds of evenings long ago, all settled, and one of today, tidied up."""
    vacuum()
    an_evening()
    tidy_up()
    tidy_up(AT + 60 * DAY)
    multiply(60, days_ago=100)
    an_evening()
    tidy_up()


#: These speak with somebody about each row, and write down at once what they were told.
ONE_BY_ONE = {"execute_refunds", "reconcile_payments", "send_receipts"}


ALL = 2_000  #: one batch, whatever an evening brings


@pytest.mark.postgres
@pytest.mark.parametrize("job", [job for job in JOBS if job not in ONE_BY_ONE])
def test_a_batch_costs_the_same_for_two_rows_and_for_fifty(monkeypatch: Any, job: str) -> None:
    monkeypatch.setattr(clock, "monotonic", lambda: 0.0)  # a sender writes down once a second what has left
    restore_snapshot(an_evening)
    with counted() as few:
        run(job, batch_size=ALL)
    restore_snapshot(an_evening)
    multiply(25)
    with counted() as many:
        run(job, batch_size=ALL)

    assert len(many) == len(few), "\n".join(many)
    in_batches = [sql for sql in many if '"jobs_' not in sql]
    assert len(in_batches) <= MOST_OF_A_BATCH.get(job, 25) * len(steps_of(job))


def test_an_idle_pass_costs_little_and_an_index_serves_it() -> None:
    an_idle_evening_after_many()
    scan = re.compile(A_SCAN[connection.vendor])
    assert scan.search(Order.objects.filter(pk__in=Ticket.objects.filter(price=1).values("order")).explain())

    costly, scanned = {}, {}
    for job in JOBS:
        with counted() as statements:
            run(job)
        if len(statements) > MOST_OF_AN_IDLE_STEP * len(steps_of(job)):
            costly[job] = statements
        for step in steps_of(job):
            plan = step.due(AT).order_by().values_list("pk", flat=True).explain()  # as `jobs.steps.keys_of` asks
            if scan.search(plan):
                scanned[job, step.name] = plan

    assert costly == {}
    assert scanned == {}, "\n\n".join(f"{step}:\n{plan}" for step, plan in scanned.items())
