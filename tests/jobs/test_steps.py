from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from accounts.models import User
from jobs.command import Counts, JobCommand
from jobs.models import JobRun, QuarantinedRow
from tests.helpers.sample_jobs import NOON, Clock, SwitchOff, switched_off, users

pytestmark = pytest.mark.django_db


def test_one_bad_row_does_not_stop_the_others() -> None:
    bad, *_good = users(10, bad=1)

    with pytest.raises(CommandError) as caught:
        call_command(SwitchOff())

    assert caught.value.returncode == 1
    assert str(caught.value) == (f"switch_off: 1 failed: accounts.user:{bad.pk} is quarantined: ValueError: *** is bad")
    assert switched_off() == 9
    bad.refresh_from_db()
    assert bad.is_active
    row = QuarantinedRow.objects.get()
    assert (row.job, row.row, row.attempts, row.error) == (
        "switch_off",
        f"accounts.user:{bad.pk}",
        1,
        "ValueError: *** is bad",
    )


def test_a_batch_that_raises_is_rolled_back() -> None:
    class Forgetful(SwitchOff):
        def act(self, rows: list[User], at: datetime, /) -> None:
            User.objects.update(last_name="touched")
            super().act(rows, at)

    users(1, bad=1)

    with pytest.raises(CommandError):
        call_command(Forgetful())

    assert User.objects.get().last_name == ""


def test_rows_come_in_order_and_in_batches() -> None:
    seen: list[list[int]] = []

    class Watched(SwitchOff):
        def act(self, rows: list[User], at: datetime, /) -> None:
            super().act(rows, at)
            seen.append([row.pk for row in rows])

    pks = [user.pk for user in users(5)]

    call_command(Watched(), batch_size=2)

    assert seen == [pks[:2], pks[2:4], pks[4:]]


def test_a_row_that_is_no_longer_due_when_locked_is_passed_over(capsys: pytest.CaptureFixture[str]) -> None:
    _early, late = users(2)

    class Overtaken(SwitchOff):
        def lock(self, pks: list[int], /) -> None:
            User.objects.filter(pk=late.pk).update(date_joined=NOON + timedelta(hours=1))

    call_command(Overtaken())

    late.refresh_from_db()
    assert late.is_active
    run = JobRun.objects.get()
    assert (run.done, run.passed_over, run.failed) == (1, 1, 0)
    assert "1 done, 1 passed over, 0 failed" in capsys.readouterr().out


def test_a_batch_with_nothing_left_due_is_not_processed() -> None:
    class Overtaken(SwitchOff):
        def lock(self, pks: list[int], /) -> None:
            User.objects.update(is_active=False)

        def act(self, rows: list[User], at: datetime, /) -> None:
            raise AssertionError("no row is due")

    users(2)

    call_command(Overtaken())

    assert JobRun.objects.get().passed_over == 2


def test_temporary_database_errors_are_retried(clock: Clock) -> None:
    class Deadlocked(SwitchOff):
        troubles = [OperationalError("deadlock detected"), OperationalError("database is locked")]

        def act(self, rows: list[User], at: datetime, /) -> None:
            if self.troubles:
                raise self.troubles.pop()
            super().act(rows, at)

    users(3)

    call_command(Deadlocked())

    assert switched_off() == 3
    assert not QuarantinedRow.objects.exists()
    assert len(clock.naps) == 2


def test_lasting_database_errors_fail_the_pass_and_quarantine_no_row(clock: Clock) -> None:
    class Full(SwitchOff):
        def act(self, rows: list[User], at: datetime, /) -> None:
            if rows[0].email == "user2@example.org":
                raise OperationalError("database or disk is full")
            super().act(rows, at)

    users(4)

    with pytest.raises(CommandError, match="OperationalError: database or disk is full") as caught:
        call_command(Full(), batch_size=2)

    assert caught.value.returncode == 1
    assert switched_off() == 2
    assert not QuarantinedRow.objects.exists()
    run = JobRun.objects.get()
    assert (run.outcome, run.done, run.failed, run.error) == (
        "FAILED",
        2,
        0,
        "OperationalError: database or disk is full",
    )
    assert len(clock.naps) == 3


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_reopened() -> None:
    class CutOff(SwitchOff):
        cut = False

        def act(self, rows: list[User], at: datetime, /) -> None:
            super().act(rows, at)
            if not self.cut:
                CutOff.cut = True
                connection.connection.close()

    users(3)

    call_command(CutOff())

    assert switched_off() == 3
    assert JobRun.objects.get().done == 3


def test_a_missing_migration_fails_the_pass_and_quarantines_no_row(clock: Clock) -> None:
    class Newer(SwitchOff):
        def act(self, rows: list[User], at: datetime, /) -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM nowhere")

    users(3)

    with pytest.raises(CommandError, match="nowhere"):
        call_command(Newer())

    assert not QuarantinedRow.objects.exists()
    assert clock.naps == []


@pytest.mark.django_db(transaction=True)
def test_a_step_that_is_not_atomic_gets_no_transaction_and_returns_its_counts() -> None:
    in_transaction = []

    class Sender(JobCommand):
        job = "sender"
        atomic = False

        def due(self, at: datetime, /) -> Any:
            return User.objects.filter(is_active=True)

        def act(self, rows: list[User], at: datetime, /) -> Counts:
            in_transaction.append(connection.in_atomic_block)
            return Counts(done=2, passed_over=1)

    users(3)

    call_command(Sender())

    assert in_transaction == [False]
    run = JobRun.objects.get()
    assert (run.done, run.passed_over, run.failed) == (2, 1, 0)


@pytest.mark.django_db(transaction=True)
def test_a_step_acts_inside_a_transaction_of_its_own() -> None:
    in_transaction = []

    class Watched(SwitchOff):
        def act(self, rows: list[User], at: datetime, /) -> None:
            in_transaction.append(connection.in_atomic_block)
            super().act(rows, at)

    users(1)

    call_command(Watched())

    assert in_transaction == [True]
