"""Two copies of a job at once on PostgreSQL, without the lease; and the same race without the row lock."""

import threading
from datetime import datetime
from time import monotonic
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from jobs import leases
from jobs.command import JobCommand
from jobs.models import JobRun, QuarantinedRow
from tests.helpers.database.lock_waits import a_lock_is_awaited
from tests.helpers.sample_jobs import NOON, users

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

TIMEOUT = 20.0  # seconds until a test that hangs gives up


class MarkUsers(JobCommand):
    """Creates a mark for each due user; the first copy waits before its commit until the second one runs."""

    job = "mark_users"
    inside = threading.Event()  # the first copy has acted, but not committed
    second = threading.Event()  # the second copy has reached `act`

    def due(self, at: datetime, /) -> Any:
        return User.objects.filter(is_active=True)

    def act(self, rows: list[User], at: datetime, /) -> None:
        is_second = self.inside.is_set()
        self.inside.set()
        JobRun.objects.bulk_create(
            JobRun(job="mark", started_at=at, at=at, host="", database=row.email) for row in rows
        )
        User.objects.filter(pk__in=[row.pk for row in rows]).update(is_active=False)
        if is_second:
            self.second.set()
        else:
            wait_until(lambda: self.second.is_set() or a_lock_is_awaited())


class Unguarded(MarkUsers):
    def lock(self, pks: list[int], /) -> None:
        pass

    def act(self, rows: list[User], at: datetime, /) -> None:
        if self.inside.is_set():
            self.second.set()  # the rows were still due although the first copy is processing them
        super().act(rows, at)


def wait_until(condition: Any) -> None:
    deadline = monotonic() + TIMEOUT
    while not condition():
        assert monotonic() < deadline, "the other copy did not start"


@pytest.fixture(autouse=True)
def no_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets every copy run: the lease is only an optimisation, so these tests must pass without it."""
    monkeypatch.setattr(leases, "acquire", lambda job, at: leases.Lease(job=job, holder="any", renewed=0.0))
    MarkUsers.inside.clear()
    MarkUsers.second.clear()


def marks_of_two_copies(job: type[JobCommand]) -> list[str]:
    def copy() -> None:
        try:
            call_command(job(), at=NOON)
        finally:
            connection.close()

    first, second = threading.Thread(target=copy), threading.Thread(target=copy)
    first.start()
    assert MarkUsers.inside.wait(TIMEOUT)
    second.start()
    first.join(TIMEOUT)
    second.join(TIMEOUT)
    assert not QuarantinedRow.objects.exists()
    return list(JobRun.objects.filter(job="mark").order_by("database").values_list("database", flat=True))


def test_two_copies_process_each_row_once() -> None:
    users(2)

    marks = marks_of_two_copies(MarkUsers)

    assert marks == ["user0@example.org", "user1@example.org"]
    assert sorted(JobRun.objects.filter(job="mark_users").values_list("done", "passed_over")) == [(0, 2), (2, 0)]


def test_without_the_lock_two_copies_process_each_row_twice() -> None:
    users(2)

    marks = marks_of_two_copies(Unguarded)

    assert marks == ["user0@example.org"] * 2 + ["user1@example.org"] * 2
