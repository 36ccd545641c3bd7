"""One bad row stops nobody: the others are done in the same pass, it is set aside, and once healed it is done too."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import CommandError
from django.db import connection, models

from concessions.models import ConcessionPreorder
from jobs.models import JobRun, QuarantinedRow
from jobs.quarantine import BACKOFF, row_name
from orders.models import Order, Ticket
from tests.reliability.db_snapshot import restore_snapshot
from tests.reliability.run_job import flaws, run, steps_of
from tests.reliability.scenario import AT, HOUR, JOBS, an_evening

WITH_ROWS = [job for job in JOBS if job != "deliver_notifications"]  # a sender's failures are the message's own
AFTER_BACKOFF = AT + BACKOFF[0] + timedelta(seconds=1)


@contextmanager
def poisoned(model: type[models.Model], key: int) -> Iterator[None]:
    """The database refuses every change of this row, and where it is an order, of its tickets and snacks."""
    columns: dict[type[models.Model], str] = {model: "id"}
    if model is Order:
        columns |= {Ticket: "order_id", ConcessionPreorder: "order_id"}
    tables = {each._meta.db_table: column for each, column in columns.items()}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE EXCEPTION 'poisoned' USING ERRCODE = 'check_violation'; END $$"
            )
        act = {"postgresql": "EXECUTE FUNCTION poison()", "sqlite": "BEGIN SELECT RAISE(ABORT, 'poisoned'); END"}
        for table, column in tables.items():
            cursor.execute(
                f"CREATE TRIGGER poison_{table} BEFORE UPDATE ON {table}"
                f" FOR EACH ROW WHEN (OLD.{column} = {key}) {act[connection.vendor]}"
            )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table in tables:
                on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER poison_{table}{on_table}")
            if connection.vendor == "postgresql":
                cursor.execute("DROP FUNCTION poison()")


@pytest.mark.parametrize("job", WITH_ROWS)
def test_one_bad_row_stops_nobody_and_is_done_once_it_is_healed(stage: None, job: str) -> None:
    restore_snapshot(an_evening)
    step = steps_of(job)[0]
    model = step.due(AT).model
    due = list(step.due(AT).order_by("pk").values_list("pk", flat=True))
    bad = due[len(due) // 2]
    assert len(due) >= 2

    with poisoned(model, bad):
        with pytest.raises(CommandError) as failure:
            run(job)
        assert failure.value.returncode == 1
        assert list(step.due(AT).filter(pk__in=due).values_list("pk", flat=True)) == [bad]
        assert [each.row for each in QuarantinedRow.objects.all()] == [row_name(model, bad)]
        assert JobRun.objects.get().failed == 1

        run(job)  # it rests until its backoff is over, so this pass is a good one
        assert QuarantinedRow.objects.get().attempts == 1

    run(job, at=AFTER_BACKOFF)
    assert not step.due(AT).filter(pk__in=due).exists()
    assert not QuarantinedRow.objects.exists()
    assert flaws(AT - HOUR) == []
