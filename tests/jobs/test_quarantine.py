from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from jobs.models import JobRun, QuarantinedRow
from jobs.quarantine import BACKOFF
from tests.helpers.sample_jobs import NOON, Clock, SwitchOff, switched_off, users

pytestmark = pytest.mark.django_db


def fail() -> None:
    with pytest.raises(CommandError):
        call_command(SwitchOff())


def test_a_quarantined_row_is_skipped_until_its_next_attempt(clock: Clock) -> None:
    users(1, bad=1)
    fail()
    clock.forward(59)

    call_command(SwitchOff())

    row = QuarantinedRow.objects.get()
    assert row.attempts == 1
    assert row.next_attempt_at == NOON + timedelta(minutes=1)
    assert list(JobRun.objects.order_by("pk").values_list("outcome", "failed")) == [("FAILED", 1), ("SUCCEEDED", 0)]


def test_a_row_is_retried_after_growing_waits_and_then_given_up(clock: Clock) -> None:
    users(1, bad=1)
    waits = []
    fail()
    while next_attempt_at := QuarantinedRow.objects.get().next_attempt_at:
        waits.append(next_attempt_at - clock.instant)
        clock.forward(waits[-1].total_seconds())
        fail()

    clock.forward(timedelta(days=365).total_seconds())
    call_command(SwitchOff())

    assert waits == list(BACKOFF)
    row = QuarantinedRow.objects.get()
    assert (row.attempts, row.first_failed_at, row.next_attempt_at) == (len(BACKOFF) + 1, NOON, None)


def test_a_row_that_succeeds_leaves_the_quarantine(clock: Clock) -> None:
    users(2, bad=1)
    fail()
    User.objects.update(first_name="good")
    clock.forward(60)

    call_command(SwitchOff())

    assert switched_off() == 2
    assert not QuarantinedRow.objects.exists()


def test_a_row_that_is_no_longer_due_leaves_the_quarantine() -> None:
    users(1, bad=1)
    fail()
    User.objects.update(is_active=False)

    call_command(SwitchOff())

    assert not QuarantinedRow.objects.exists()


def test_a_replay_from_before_the_failure_releases_nothing() -> None:
    users(1, bad=1)
    fail()

    call_command(SwitchOff(), at=NOON - timedelta(hours=1))

    assert QuarantinedRow.objects.count() == 1


def test_a_pass_with_a_limit_does_not_release_rows_it_did_not_check() -> None:
    users(1, bad=1)
    fail()

    call_command(SwitchOff(), limit=0)

    assert QuarantinedRow.objects.count() == 1


def test_quarantined_rows_do_not_use_up_the_limit() -> None:
    users(3, bad=2)
    fail()
    User.objects.update(is_active=True)

    call_command(SwitchOff(), limit=1)

    assert switched_off() == 1


def test_the_quarantine_of_one_job_does_not_affect_another_job() -> None:
    class WithoutErrors(SwitchOff):
        job = "without_errors"

        def act(self, rows: list[User], at: object, /) -> None:
            User.objects.filter(pk__in=[row.pk for row in rows]).update(is_active=False)

    users(1, bad=1)
    fail()

    call_command(WithoutErrors())

    assert switched_off() == 1
    assert QuarantinedRow.objects.get().job == "switch_off"


def test_an_error_with_characters_that_databases_reject_is_recorded() -> None:
    class Odd(SwitchOff):
        def act(self, rows: list[User], at: object, /) -> None:
            raise ValueError("nul \0, half a pair \ud800,\n" + "and much more " * 1000)

    users(1)

    with pytest.raises(CommandError):
        call_command(Odd())

    error = QuarantinedRow.objects.get().error
    assert error.startswith("ValueError: nul , half a pair ?, and much more")
    assert len(error) == 500


def test_a_row_is_named_by_its_model_or_by_its_code_if_the_model_is_unknown() -> None:
    row = QuarantinedRow(job="cancel_expired_orders", row="orders.order:12")
    unknown = QuarantinedRow(job="unknown_job", row="unknown.model:1")

    assert str(row) == "Cancel expired orders: order 12"
    assert str(unknown) == "unknown_job: unknown.model:1"
