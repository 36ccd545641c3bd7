"""Two copies of a job at once on PostgreSQL, the lease aside; each with the same race without the guard."""

import threading
from datetime import datetime
from time import monotonic
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from jobs import leases
from jobs.command import JobCommand, Step
from jobs.models import JobRun, QuarantinedRow
from tests.helpers.sample_jobs import NOON, users

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

PATIENCE = 20.0  # seconds until a test that hangs gives up


class Welcome(JobCommand):
    """Leaves one mark for each user that it welcomes; the first copy waits in the middle for the second."""

    job = "welcome"
    inside = threading.Event()  # the first copy has acted and not committed
    second = threading.Event()  # the second copy acts too

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
            wait_until(lambda: self.second.is_set() or somebody_waits_for_a_lock())


class Unguarded(Welcome):
    def steps(self) -> list[Step]:
        return [Step("", self.due, self.act, lock=lambda _pks: None)]

    def act(self, rows: list[User], at: datetime, /) -> None:
        if self.inside.is_set():
            self.second.set()  # it read the rows as due, though the first copy was already at them
        super().act(rows, at)


def wait_until(condition: Any) -> None:
    deadline = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < deadline, "the other copy never came"


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


@pytest.fixture(autouse=True)
def everybody_gets_a_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lease only saves work: what is proved here must hold without it."""
    monkeypatch.setattr(leases, "take", lambda job, at: leases.Lease(job=job, holder="anybody", renewed=0.0))
    Welcome.inside.clear()
    Welcome.second.clear()


def marks_left_by_two_copies_of(job: type[JobCommand]) -> list[str]:
    def copy() -> None:
        try:
            call_command(job(), at=NOON)
        finally:
            connection.close()

    first, second = threading.Thread(target=copy), threading.Thread(target=copy)
    first.start()
    assert Welcome.inside.wait(PATIENCE)
    second.start()
    first.join(PATIENCE)
    second.join(PATIENCE)
    assert not QuarantinedRow.objects.exists()
    return list(JobRun.objects.filter(job="mark").order_by("database").values_list("database", flat=True))


def test_two_copies_do_everything_once() -> None:
    users(2)

    marks = marks_left_by_two_copies_of(Welcome)

    assert marks == ["user0@example.org", "user1@example.org"]
    assert sorted(JobRun.objects.filter(job="welcome").values_list("done", "passed_over")) == [(0, 2), (2, 0)]


def test_without_the_lock_two_copies_do_everything_twice() -> None:
    users(2)

    marks = marks_left_by_two_copies_of(Unguarded)

    assert marks == ["user0@example.org"] * 2 + ["user1@example.org"] * 2
