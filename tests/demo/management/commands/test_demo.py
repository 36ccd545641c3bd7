from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from accounts.roles import ROLES
from concessions.models import ConcessionPreorder
from demo.builder import DatabaseState, build, database_state
from demo.chain import ADMIN_EMAIL, create_chain
from demo.job_report import run_all_jobs
from demo.management.commands import demo
from orders.models import Order, Ticket
from screenings.models import Cinema
from tests.helpers.factories import LONG_AGO
from tests.helpers.screening_rows import hall
from tests.reliability.db_snapshot import vacuum

AT = datetime(2026, 11, 5, 23, 40, tzinfo=UTC)  # the dead of night, when most halls are closed


pytestmark = pytest.mark.slow


@pytest.fixture
def developer(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """A developer's machine, and a demo in which nobody has bought anything yet."""
    settings.DEBUG = True

    def quick(*, at: datetime, progress: Any) -> None:
        create_chain(Random(1), at=at)
        progress(1, 1)

    monkeypatch.setattr(demo, "build", quick)
    monkeypatch.setattr(demo, "add_film_pages", lambda *, at: None)  # draws for seconds: tests/demo/test_film_pages.py


#: What the command adds at its end is for what happens later: its receiver of webhooks, its lists, its schedule.
WITHOUT_ROWS = {"check_receipts", "look_up_films", "send_scheduled_reports", "send_webhooks", "sync_marketing_lists"}
WITHOUT_ROWS |= {"offer_freed_seats", "tell_watchers"}  # nothing that the demo's customers wait for has come


@pytest.mark.proofs
@pytest.mark.postgres  # `make installation` makes the whole demo on SQLite
@pytest.mark.django_db
def test_every_job_finds_something_due_does_it_and_leaves_nothing(settings: Any) -> None:
    settings.RECEIPTS_SINCE = LONG_AGO  # as on a developer's machine
    vacuum()
    build(at=AT, sales=100, days=2, latest_days=2, past_days=33)

    first = list(run_all_jobs(at=AT))
    second = list(run_all_jobs(at=AT))

    assert sorted(result.job for result in first) == sorted(settings.JOB_SCHEDULE)
    assert {result.job for result in first if result.due == 0 and not result.done} == WITHOUT_ROWS
    assert [result for result in first if result.failed or result.error or result.passed_over] == []
    assert [result for result in second if result.due or result.done or result.failed or result.error] == []
    assert _statuses(Order, "status") == set(Order.Status)
    assert _statuses(Order, "channel") == set(Order.Channel) - {Order.Channel.HOUSE, Order.Channel.GROUP}
    assert _statuses(Ticket, "status") == set(Ticket.Status)
    assert _statuses(ConcessionPreorder, "status") >= {"PENDING", "COLLECTED", "EXPIRED", "CANCELLED", "AVAILABLE"}


@pytest.mark.django_db
def test_the_demo_is_for_a_developers_machine() -> None:
    with pytest.raises(CommandError, match="DEBUG") as refusal:
        call_command("demo", no_serve=True)

    assert refusal.value.returncode == 2
    assert database_state() is DatabaseState.EMPTY


@pytest.mark.django_db
@pytest.mark.usefixtures("developer")
@pytest.mark.parametrize("fresh", [False, True])
def test_a_database_that_holds_something_else_is_left_alone(fresh: bool) -> None:
    hall()

    with pytest.raises(CommandError, match="use another") as refusal:
        call_command("demo", no_serve=True, fresh=fresh)

    assert refusal.value.returncode == 2
    assert [cinema.name for cinema in Cinema.objects.all()] == ["Aurora"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("developer")
def test_a_second_demo_keeps_the_data_and_a_fresh_one_starts_over(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo", no_serve=True)
    first = User.objects.get(email=ADMIN_EMAIL).date_joined
    call_command("demo", no_serve=True)
    second = User.objects.get(email=ADMIN_EMAIL).date_joined
    call_command("demo", no_serve=True, fresh=True)
    fresh = User.objects.get(email=ADMIN_EMAIL).date_joined

    assert second == first
    assert fresh > first
    assert capsys.readouterr().out.count("check_invariants") == 3


@pytest.mark.django_db
@pytest.mark.usefixtures("developer")
def test_each_printed_login_opens_the_shop_or_the_admin(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served: list[tuple[Any, ...]] = []

    def call(name: str, *args: Any, **options: Any) -> None:
        served.append((name, *args)) if name == "runserver" else call_command(name, *args, **options)

    monkeypatch.setattr(demo, "call_command", call)
    call_command("demo")
    shop, _admin, staff = capsys.readouterr().out.partition("http://127.0.0.1:8000/admin/")
    password = staff.rpartition("of them: ")[2].split()[0]
    emails = [word for word in staff.split() if "@" in word]
    customers = [line.split()[0] for line in shop.splitlines() if line.endswith("(has points)")]

    assert served == [("runserver", "127.0.0.1:8000")]
    assert len(emails) == len({ADMIN_EMAIL, *emails}) == len(ROLES) + 1
    for email in emails:
        answer = Client().post("/admin/login/?next=/admin/", {"username": email, "password": password})
        assert answer.headers["Location"] == "/admin/", email
    assert customers
    for email in customers:
        answer = Client().post("/account/sign-in/", {"username": email, "password": password})
        assert answer.headers["Location"] == "/account/", email


def _statuses(model: Any, field: str) -> set[str]:
    return set(model.objects.order_by().values_list(field, flat=True))
