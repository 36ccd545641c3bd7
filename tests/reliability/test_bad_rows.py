"""A row that fails stops no other row: the others are processed in the same pass, the bad row is quarantined, and it is
processed once it has been repaired."""

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
from tests.reliability.run_job import invariant_violations, run, steps_of
from tests.reliability.scenario import AT, HOUR, JOBS, create_scenario

#: The first two count failures in the row itself; the others leave the rows that are due as they are, and add rows.
NOT_TRIED = {
    "deliver_notifications",
    "build_reports",
    "update_session_figures",
    "announce_sessions",
    "send_webhooks",
    "sync_marketing_lists",
    "look_up_films",
    "close_business_day",
    "settle_film_hire",
    "fetch_payouts",
    "forecast_sessions",
    "refresh_engagement",
}
JOBS_WITH_QUARANTINE = [job for job in JOBS if job not in NOT_TRIED]
AFTER_BACKOFF = AT + BACKOFF[0] + timedelta(seconds=1)


@contextmanager
def updates_rejected(model: type[models.Model], key: int) -> Iterator[None]:
    """A trigger rejects every update of the row; if it is an order, of its tickets and preorders too."""
    columns: dict[type[models.Model], str] = {model: "id"}
    if model is Order:
        columns |= {Ticket: "order_id", ConcessionPreorder: "order_id"}
    tables = {each._meta.db_table: column for each, column in columns.items()}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE FUNCTION reject() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE EXCEPTION 'rejected' USING ERRCODE = 'check_violation'; END $$"
            )
        action = {"postgresql": "EXECUTE FUNCTION reject()", "sqlite": "BEGIN SELECT RAISE(ABORT, 'rejected'); END"}
        for table, column in tables.items():
            cursor.execute(
                f"CREATE TRIGGER reject_{table} BEFORE UPDATE ON {table}"
                f" FOR EACH ROW WHEN (OLD.{column} = {key}) {action[connection.vendor]}"
            )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table in tables:
                on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER reject_{table}{on_table}")
            if connection.vendor == "postgresql":
                cursor.execute("DROP FUNCTION reject()")


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize("job", JOBS_WITH_QUARANTINE)
def test_a_bad_row_stops_no_other_row_and_is_processed_once_repaired(empty_database: None, job: str) -> None:
    restore_snapshot(create_scenario)
    step = steps_of(job)[0]
    model = step.due(AT).model
    due = list(step.due(AT).order_by("pk").values_list("pk", flat=True))
    bad = due[len(due) // 2]
    assert len(due) >= 2

    with updates_rejected(model, bad):
        with pytest.raises(CommandError) as failure:
            run(job)
        assert failure.value.returncode == 1
        assert list(step.due(AT).filter(pk__in=due).values_list("pk", flat=True)) == [bad]
        assert [each.row for each in QuarantinedRow.objects.all()] == [row_name(model, bad)]
        assert JobRun.objects.get().failed == 1

        run(job)  # the bad row waits for its backoff, so this pass succeeds
        assert QuarantinedRow.objects.get().attempts == 1

    run(job, at=AFTER_BACKOFF)
    assert not step.due(AT).filter(pk__in=due).exists()
    assert not QuarantinedRow.objects.exists()
    assert invariant_violations(AT - HOUR) == []
