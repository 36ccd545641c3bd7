import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from jobs.command import Counts, JobCommand, JobPass, Step
from jobs.models import JobLease, JobRun, QuarantinedRow, RunOutcome
from tests.helpers.sample_jobs import NOON, Clock, SwitchOff, switched_off, users

pytestmark = pytest.mark.django_db


def test_due_rows_are_processed(capsys: pytest.CaptureFixture[str]) -> None:
    users(3)
    users_of_tomorrow = User.objects.create(email="late@example.org", date_joined=NOON + timedelta(days=1))

    call_command(SwitchOff())

    users_of_tomorrow.refresh_from_db()
    assert users_of_tomorrow.is_active
    assert switched_off() == 3
    assert capsys.readouterr().out == "switch_off: 3 done, 0 passed over, 0 failed in 0.00 s\n"


def test_a_run_is_recorded_with_where_and_when_it_ran() -> None:
    users(3)

    call_command(SwitchOff())

    run = JobRun.objects.get()
    assert (run.job, run.outcome, run.done, run.passed_over, run.failed, run.error) == (
        "switch_off",
        RunOutcome.SUCCEEDED,
        3,
        0,
        0,
        "",
    )
    assert run.started_at == run.finished_at == run.at == NOON
    assert run.host
    assert run.database.startswith(f"{connection.vendor} ")


def test_a_run_does_not_reveal_the_database_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "USER", "the-login")
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "the-secret")

    call_command(SwitchOff())

    assert "the-" not in JobRun.objects.get().database


def test_a_run_records_its_duration(clock: Clock) -> None:
    class Slow(SwitchOff):
        def act(self, rows: list[User], at: datetime, /) -> None:
            super().act(rows, at)
            clock.forward(3)

    users(1)

    call_command(Slow())

    run = JobRun.objects.get()
    assert run.started_at == NOON
    assert run.finished_at == NOON + timedelta(seconds=3)


def test_a_job_is_named_after_its_module() -> None:
    class Unnamed(JobCommand):
        pass

    assert Unnamed.job == "test_command"


def test_a_second_run_finds_nothing_to_do() -> None:
    users(3)
    call_command(SwitchOff())

    call_command(SwitchOff())

    assert list(JobRun.objects.order_by("pk").values_list("done", flat=True)) == [3, 0]


@pytest.mark.parametrize("batch_size", [1, 7, 500])
def test_the_result_does_not_depend_on_the_batch_size(batch_size: int) -> None:
    users(20, bad=2)

    with pytest.raises(CommandError):
        call_command(SwitchOff(), batch_size=batch_size)

    assert switched_off() == 18
    assert QuarantinedRow.objects.count() == 2
    run = JobRun.objects.get()
    assert (run.done, run.passed_over, run.failed) == (18, 0, 2)


def test_a_limit_ends_the_pass() -> None:
    users(5)

    call_command(SwitchOff(), limit=2)

    assert switched_off() == 2


def test_a_limit_of_0_does_nothing() -> None:
    users(5)

    call_command(SwitchOff(), limit=0)

    assert switched_off() == 0


def test_with_a_past_instant_only_what_was_due_then_is_processed() -> None:
    users(1, joined=NOON - timedelta(hours=2))
    User.objects.create(email="later@example.org", date_joined=NOON)

    call_command(SwitchOff(), at="2026-11-05T11:00:00Z")

    assert switched_off() == 1
    run = JobRun.objects.get()
    assert run.at == datetime(2026, 11, 5, 11, tzinfo=UTC)
    assert run.started_at == NOON


def test_a_dry_run_shows_what_is_due_and_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    everyone = users(22)

    call_command(SwitchOff(), dry_run=True)

    assert switched_off() == 0
    assert (JobRun.objects.count(), JobLease.objects.count()) == (0, 0)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "switch_off: 22 due as of 2026-11-05T12:00:00+00:00"
    assert lines[1] == f"  accounts.user:{everyone[0].pk} good"
    assert lines[21:] == ["  and 2 more"]


def test_a_dry_run_shows_a_row_whose_str_raises(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    users(1)
    monkeypatch.setattr(User, "__str__", lambda _user: 1 / 0)

    call_command(SwitchOff(), dry_run=True)

    assert "(ZeroDivisionError: division by zero)" in capsys.readouterr().out


def test_a_dry_run_says_how_many_rows_are_in_quarantine(capsys: pytest.CaptureFixture[str]) -> None:
    users(2, bad=1)
    with pytest.raises(CommandError):
        call_command(SwitchOff())

    call_command(SwitchOff(), dry_run=True)

    assert capsys.readouterr().out.splitlines()[-2:] == [
        "switch_off: 0 due as of 2026-11-05T12:00:00+00:00",
        "switch_off: 1 in quarantine",
    ]


def test_two_passes_a_minute_are_exactly_thirty_seconds_apart(clock: Clock) -> None:
    class Slow(SwitchOff):
        def act(self, rows: list[User], at: datetime, /) -> None:
            super().act(rows, at)
            clock.forward(4)

    users(1)
    users_of_the_second_half = User(email="second@example.org", date_joined=NOON + timedelta(seconds=20))
    users_of_the_second_half.save()

    call_command(Slow(), every=30)

    starts = list(JobRun.objects.order_by("pk").values_list("started_at", "at", "done"))
    half_past = NOON + timedelta(seconds=30)
    assert starts == [(NOON, NOON, 1), (half_past, half_past, 1)]
    assert clock.naps == [26.0]


@pytest.mark.parametrize(("every", "passes"), [(1, 60), (7, 8), (30, 2), (45, 1), (60, 1)])
def test_as_many_passes_run_as_fit_into_a_minute(every: int, passes: int) -> None:
    call_command(SwitchOff(), every=every)

    assert JobRun.objects.count() == passes


def test_repeated_passes_of_a_replay_keep_its_instant() -> None:
    call_command(SwitchOff(), every=30, at="2026-11-05T11:00:00+00:00")

    assert set(JobRun.objects.values_list("at", flat=True)) == {datetime(2026, 11, 5, 11, tzinfo=UTC)}


def test_a_failed_pass_does_not_stop_the_next_one(clock: Clock) -> None:
    class OnceAway(SwitchOff):
        def due(self, at: datetime, /) -> Any:
            if at == NOON:
                raise LookupError("the rule is broken")
            return super().due(at)

    users(1)

    with pytest.raises(CommandError, match="LookupError: the rule is broken") as caught:
        call_command(OnceAway(), every=30)

    assert caught.value.returncode == 1
    assert list(JobRun.objects.order_by("pk").values_list("outcome", "error")) == [
        ("FAILED", "LookupError: the rule is broken"),
        ("SUCCEEDED", ""),
    ]
    assert switched_off() == 1


def test_an_interrupted_pass_is_recorded_and_releases_its_lease() -> None:
    class Interrupted(SwitchOff):
        def act(self, rows: list[User], at: datetime, /) -> None:
            raise KeyboardInterrupt

    users(1)

    with pytest.raises(KeyboardInterrupt):
        call_command(Interrupted())

    assert switched_off() == 0
    assert JobRun.objects.get().outcome == RunOutcome.FAILED
    assert JobLease.objects.get().holder == ""


def test_a_pass_that_cannot_start_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("jobs.leases.acquire", away)

    with pytest.raises(CommandError, match="switch_off: could not start: OperationalError: server closed") as caught:
        call_command(SwitchOff())

    assert caught.value.returncode == 1


def test_a_pass_that_cannot_be_recorded_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("jobs.runs.finish", away)

    with pytest.raises(CommandError, match="could not record its pass: OperationalError") as caught:
        call_command(SwitchOff())

    assert caught.value.returncode == 1


def test_old_runs_of_the_job_are_deleted(clock: Clock) -> None:
    call_command(SwitchOff())
    JobRun.objects.create(job="another_job", started_at=NOON, at=NOON, host="here", database="this")
    clock.forward(timedelta(days=30, seconds=1).total_seconds())

    call_command(SwitchOff())

    assert sorted(JobRun.objects.values_list("job", "started_at")) == [
        ("another_job", NOON),
        ("switch_off", clock.instant),
    ]


def test_an_idle_pass_costs_seven_queries() -> None:
    call_command(SwitchOff())  # the very first one also makes the row of the lease

    with CaptureQueriesContext(connection) as queries:
        call_command(SwitchOff())

    statements = [query["sql"] for query in queries if not re.match("BEGIN|SAVEPOINT|RELEASE|COMMIT", query["sql"])]
    assert len(statements) == 7, statements


def test_a_batch_costs_the_same_whatever_its_size() -> None:
    def queries_for(count: int) -> int:
        User.objects.all().delete()
        users(count)
        with CaptureQueriesContext(connection) as queries:
            call_command(SwitchOff())
        return len(queries)

    queries_for(1)

    assert queries_for(2) == queries_for(50)


def test_a_job_runs_its_steps_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    class Renamed(SwitchOff):
        def steps(self) -> list[Step]:
            return [Step("off", self.due, self.act), Step("named", self.off, self.name)]

        def off(self, at: datetime) -> Any:
            return User.objects.filter(is_active=False, last_name="")

        def name(self, rows: list[User], at: datetime) -> None:
            User.objects.filter(pk__in=[row.pk for row in rows]).update(last_name="Off")

    users(3)
    call_command(Renamed(), dry_run=True)

    call_command(Renamed())

    assert User.objects.filter(is_active=False, last_name="Off").count() == 3
    assert JobRun.objects.get().done == 6
    assert "switch_off, named: 0 due as of" in capsys.readouterr().out


def test_a_job_without_rows_records_its_own_counts(capsys: pytest.CaptureFixture[str]) -> None:
    class Check(JobCommand):
        job = "check"

        def steps(self) -> list[Step]:
            return []

        def work(self, current: JobPass) -> None:
            current.counts.add(Counts(done=8, failed=1, error="stock of item 5 is not the sum of its movements"))

    with pytest.raises(CommandError, match="stock of item 5") as caught:
        call_command(Check())

    assert caught.value.returncode == 1
    run = JobRun.objects.get()
    assert (run.outcome, run.done, run.failed) == (RunOutcome.FAILED, 8, 1)
    assert run.error == "stock of item 5 is not the sum of its movements"
