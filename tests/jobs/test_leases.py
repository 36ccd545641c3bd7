from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from jobs import leases
from jobs.models import JobLease, JobRun, RunOutcome
from tests.helpers.sample_jobs import NOON, Clock, SwitchOff, switched_off, users

pytestmark = pytest.mark.django_db


def test_a_second_copy_says_so_and_exits_normally(capsys: pytest.CaptureFixture[str]) -> None:
    users(1)
    leases.acquire("switch_off", at=NOON)

    call_command(SwitchOff())

    assert capsys.readouterr().out == "switch_off: another copy is running; nothing to do.\n"
    assert switched_off() == 0
    assert not JobRun.objects.exists()


def test_another_job_can_run_at_the_same_time() -> None:
    users(1)
    leases.acquire("another_job", at=NOON)

    call_command(SwitchOff())

    assert switched_off() == 1


def test_a_crashed_holder_blocks_the_job_for_at_most_forty_seconds(clock: Clock) -> None:
    users(1)
    leases.acquire("switch_off", at=NOON)
    run = JobRun.objects.create(job="switch_off", started_at=NOON, at=NOON, host="here", database="this")

    clock.forward(39.999)
    call_command(SwitchOff())
    blocked = switched_off()
    clock.forward(0.001)
    call_command(SwitchOff())

    assert (blocked, switched_off()) == (0, 1)
    run.refresh_from_db()
    assert (run.outcome, run.finished_at) == (RunOutcome.FAILED, None)
    assert run.error == "The process ended before the pass was finished."


def test_a_lease_set_by_a_fast_clock_does_not_block_the_job() -> None:
    users(1)
    JobLease.objects.create(job="switch_off", holder="someone", until=NOON + timedelta(days=365))

    call_command(SwitchOff())

    assert switched_off() == 1


def test_a_lease_is_released_after_success_and_failure() -> None:
    users(1, bad=1)

    with pytest.raises(CommandError):
        call_command(SwitchOff())

    assert JobLease.objects.get().holder == ""


def test_a_long_pass_renews_its_lease(clock: Clock) -> None:
    second_copies = []

    class Long(SwitchOff):
        def act(self, rows: list[User], at: datetime, /) -> None:
            super().act(rows, at)
            clock.forward(15)
            second_copies.append(leases.acquire(self.job, at=clock.now()))

    users(10)

    call_command(Long(), batch_size=1)

    assert second_copies == [None] * 10


def test_a_copy_that_lost_the_lease_does_not_release_anothers(clock: Clock) -> None:
    slow = leases.acquire("switch_off", at=NOON)
    clock.forward(41)
    quick = leases.acquire("switch_off", at=clock.now())
    assert slow is not None
    assert quick is not None

    slow.renew()
    slow.release(at=clock.now())

    assert JobLease.objects.get().holder == quick.holder
