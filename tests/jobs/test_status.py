from datetime import UTC, datetime, time, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cinema.job_schedule import Daily, minutes
from jobs import status
from jobs.models import JobRun, QuarantinedRow, RunOutcome
from tests.helpers.sample_jobs import NOON, Clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def schedule(settings: Any) -> None:
    settings.JOB_SCHEDULE = {"sell": minutes(5), "sweep": Daily(time(3, 10))}
    MigrationRecorder(connection).migration_qs.filter(app="jobs").delete()


def installed(at: datetime) -> None:
    MigrationRecorder(connection).migration_qs.create(app="jobs", name="0001_initial", applied=at)


def ran(job: str, ended: datetime, outcome: RunOutcome = RunOutcome.SUCCEEDED, **fields: Any) -> JobRun:
    started = ended - timedelta(seconds=1)
    given = {"started_at": started, "finished_at": ended, "at": started, "host": "here", "database": "this", **fields}
    return JobRun.objects.create(job=job, outcome=outcome, **given)


def test_a_job_is_late_when_no_pass_ended_within_two_periods() -> None:
    ran("sell", NOON - timedelta(minutes=10))
    ran("sweep", NOON - timedelta(days=2))

    assert status.late(NOON) == []
    assert status.late(NOON + timedelta(microseconds=1)) == ["sell", "sweep"]


def test_a_pass_that_failed_is_not_late() -> None:
    ran("sell", NOON, RunOutcome.FAILED)
    ran("sweep", NOON)

    assert status.late(NOON) == []


def test_a_pass_that_never_ends_does_not_hide_that_the_job_is_late() -> None:
    ran("sell", NOON - timedelta(minutes=11))
    ran("sell", NOON, RunOutcome.RUNNING, finished_at=None)
    ran("sweep", NOON)

    assert status.late(NOON) == ["sell"]


def test_no_job_is_late_before_the_first_pass_of_cron_until_a_day_after_the_installation() -> None:
    installed(NOON - timedelta(days=1))

    assert (status.late(NOON), status.starting(NOON)) == ([], True)
    later = NOON + timedelta(seconds=1)
    assert (status.late(later), status.starting(later)) == (["sell", "sweep"], False)


def test_the_lateness_of_a_job_that_never_ran_counts_from_the_first_pass_of_any_job() -> None:
    installed(NOON - timedelta(days=30))
    ran("sweep", NOON - timedelta(minutes=10) + timedelta(seconds=1))

    assert (status.late(NOON), status.starting(NOON)) == ([], False)
    assert status.late(NOON + timedelta(seconds=1)) == ["sell"]


def test_without_applied_migrations_every_job_is_late() -> None:
    assert status.late(NOON) == ["sell", "sweep"]


def test_a_status_has_the_last_run_the_next_run_and_the_quarantine() -> None:
    ran("sell", NOON - timedelta(minutes=5))
    last = ran("sell", NOON, RunOutcome.RUNNING, finished_at=None)
    for number, next_attempt_at in enumerate([NOON, None]):
        QuarantinedRow.objects.create(job="sell", row=number, first_failed_at=NOON, next_attempt_at=next_attempt_at)

    sell, sweep = status.statuses(NOON)

    assert (sell.job, sell.last_run, sell.quarantined, sell.given_up) == ("sell", last, 2, 1)
    assert sell.next_run == NOON + timedelta(minutes=5)
    assert (sweep.job, sweep.last_run, sweep.quarantined, sweep.given_up) == ("sweep", None, 0, 0)
    assert sweep.next_run == datetime(2026, 11, 6, 0, 10, tzinfo=UTC)


def test_a_status_has_the_totals_of_the_last_day() -> None:
    ran("sell", NOON - timedelta(days=1), done=100)
    ran("sell", NOON - timedelta(hours=23), done=2, passed_over=1)
    ran("sell", NOON, RunOutcome.FAILED, done=3, failed=4)

    sell, sweep = status.statuses(NOON)

    assert sell.day == status.Sums(passes=2, done=5, passed_over=1, failed=4)
    assert sweep.day == status.Sums()


def test_the_table_costs_the_same_with_many_runs() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            status.statuses(NOON)
        return len(captured)

    ran("sell", NOON)
    first = queries()
    for second in range(50):
        ran("sell", NOON + timedelta(seconds=second))

    assert queries() == first == 3


def test_the_command_prints_a_line_for_each_job() -> None:
    ran("sell", NOON - timedelta(days=3))
    ran("sell", NOON, done=12, failed=1)
    QuarantinedRow.objects.create(job="sell", row="orders.order:1", first_failed_at=NOON)
    out = StringIO()

    call_command("job_status", stdout=out)

    heading, sell, sweep = out.getvalue().splitlines()
    assert heading.startswith("job    schedule")
    assert " ".join(sell.split()) == (
        "sell every 5 min SUCCEEDED 2026-11-05 14:59:59 12/0/1 1.00 s 2026-11-05 15:05 1 (1 given up) -"
    )
    assert " ".join(sweep.split()) == "sweep daily 03:10 never - - 2026-11-06 03:10 - LATE"


def test_healthz_returns_200_while_all_jobs_run(client: Client) -> None:
    ran("sell", NOON)
    ran("sweep", NOON)

    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok")
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]


def test_healthz_says_starting_before_the_first_pass_of_cron(client: Client, clock: Clock) -> None:
    installed(NOON)

    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"starting")


FROM_ELSEWHERE = [
    {"REMOTE_ADDR": "192.0.2.7"},
    {"REMOTE_ADDR": ""},  # a socket in the file system
    {"HTTP_X_FORWARDED_FOR": "192.0.2.7"},  # through a proxy on this machine
    {"HTTP_X_FORWARDED_PROTO": "https"},
    {"HTTP_X_REAL_IP": "192.0.2.7"},
]


@pytest.mark.parametrize("sender", FROM_ELSEWHERE)
def test_healthz_returns_503_for_a_late_job_and_names_it_only_to_this_machine(
    client: Client, clock: Clock, sender: dict[str, str]
) -> None:
    ran("sell", NOON)
    ran("sweep", NOON)
    clock.forward(timedelta(minutes=15).total_seconds())

    here, elsewhere = client.get("/healthz"), client.get("/healthz", **sender)

    assert (here.status_code, here.content) == (503, b"not ok: late jobs: sell")
    assert (elsewhere.status_code, elsewhere.content) == (503, b"not ok")


def test_healthz_returns_503_without_a_database_and_hides_the_details(client: Client) -> None:
    def away(*_args: Any) -> None:
        raise OperationalError("could not connect to server at secret.example")

    with connection.execute_wrapper(away):
        here, elsewhere = client.get("/healthz"), client.get("/healthz", REMOTE_ADDR="192.0.2.7")

    assert (here.status_code, here.content) == (503, b"not ok: the database does not answer (OperationalError)")
    assert (elsewhere.status_code, elsewhere.content) == (503, b"not ok")


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "somebody.else"])
def test_healthz_answers_to_any_host_name_over_plain_http(client: Client, settings: Any, host: str) -> None:
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["cinema.example"], True
    ran("sell", NOON)
    ran("sweep", NOON)

    response = client.get("/healthz", headers={"Host": host})

    assert (response.status_code, response.content) == (200, b"ok")
    assert client.get("/", headers={"Host": host}).status_code != 200


def test_healthz_accepts_only_reads(client: Client) -> None:
    ran("sell", NOON)
    ran("sweep", NOON)

    assert client.head("/healthz").status_code == 200
    assert Client(enforce_csrf_checks=True).post("/healthz").status_code == 405


def test_a_pass_that_runs_costs_no_query_more(django_assert_num_queries: Any) -> None:
    ran("sell", NOON)
    ran("sweep", NOON)

    with django_assert_num_queries(3):  # runs, quarantine and sums
        status.statuses(NOON)
    ran("sell", NOON + timedelta(minutes=1), RunOutcome.RUNNING, finished_at=None)
    with django_assert_num_queries(3):
        assert [each.late for each in status.statuses(NOON)] == [False, False]
