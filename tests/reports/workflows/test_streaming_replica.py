"""Reports read from a real streaming replica, whose replay is paused, which is promoted, and which goes away."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connections, router
from django.urls import reverse

from cinema import clock
from cinema.environment import database_settings
from orders.models import Order
from reports import replica
from reports.replica import Problem, Source, read
from screenings.models import Cinema
from tests.helpers.factories import a_cinema, a_hall, a_paid_order, a_session
from tests.helpers.users import browser, someone
from tests.postgres import primary_and_standby

pytestmark = [pytest.mark.proofs, pytest.mark.postgres]

WAIT = 30.0  # seconds for what happens at once


class Pair:
    """The databases `default` and `reports` are a primary and its standby."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self.stop = stop

    def ask_standby(self, sql: str) -> Any:
        with connections[replica.ALIAS].cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0]

    def wait_until_it_caught_up(self) -> None:
        with connections["default"].cursor() as cursor:
            # Of what was inserted, not of what was written: with synchronous_commit off a commit is written later.
            cursor.execute("SELECT pg_current_wal_insert_lsn()::text")
            [position] = cursor.fetchone()
        wait_until(lambda: self.ask_standby(f"SELECT pg_last_wal_replay_lsn() >= '{position}'"))

    def stop_standby(self) -> None:
        connections[replica.ALIAS].close()
        self.stop()


def wait_until(is_so: Any) -> None:
    limit = time.monotonic() + WAIT
    while not is_so():
        assert time.monotonic() < limit
        time.sleep(0.05)


@contextmanager
def using(primary: str, standby: str) -> Iterator[None]:
    """The project on these servers, as with DATABASE_URL and REPORTS_DATABASE_URL."""
    usual = connections["default"]
    with pytest.MonkeyPatch.context() as patch:
        given = {"default": database_settings(primary), replica.ALIAS: database_settings(standby)}
        patch.setattr(connections, "settings", connections.configure_settings(given))
        patch.setattr(router, "routers", [replica.Router()])
        patch.setattr(replica._State, "asked_again_at", 0.0)
        connections["default"] = connections.create_connection("default")
        try:
            yield
        finally:
            for alias in given:
                connections[alias].close()
                del connections[alias]
            connections["default"] = usual


@pytest.fixture
def pair(django_db_blocker: Any) -> Iterator[Pair]:
    with (
        primary_and_standby() as (primary, standby, stop),
        django_db_blocker.unblock(),
        using(primary, standby),
    ):
        call_command("migrate", verbosity=0)
        yield Pair(stop)
        ContentType.objects.clear_cache()


@pytest.fixture
def cinema(pair: Pair) -> Cinema:
    return a_cinema()


def sell(cinema: Cinema, seats: int) -> datetime:
    """The instant of the payment."""
    at = clock.now()
    a_paid_order(a_session(a_hall(cinema), start=at + timedelta(minutes=5)), seats=seats, at=at)
    return at


class Shown:
    """What the page of takings shows to somebody."""

    def __init__(self, client: Any) -> None:
        answer = client.get(reverse("admin:reports_takings"))
        rows = [row for part in answer.context_data["parts"] for row in getattr(part, "rows", [])]
        self.admissions = sum(int(str(row["admissions"])) for row in rows)  # some of them are links
        self.words = answer.context_data["source"]
        self.as_of = answer.context_data["period"].at


def test_pages_say_how_old_the_figures_of_the_replica_are_and_do_without_it_when_it_lags_or_goes_away(
    pair: Pair, cinema: Cinema, settings: Any
) -> None:
    person = someone("owner", all_cinemas=True)
    client = browser(person)
    sell(cinema, seats=2)
    pair.wait_until_it_caught_up()

    current = Shown(client)
    assert (current.admissions, current.words[:14]) == (2, "Figures as of ")

    pair.ask_standby("SELECT pg_wal_replay_pause()::text")
    wait_until(lambda: pair.ask_standby("SELECT pg_get_wal_replay_pause_state()") == "paused")
    sold_at = sell(cinema, seats=3)
    paused = Shown(client)
    assert (paused.admissions, paused.words[:14]) == (2, "Figures as of ")
    assert paused.as_of < sold_at  # what it does not have yet is later than it says

    settings.REPORTS_MAX_LAG = timedelta(0)
    behind = Shown(client)
    assert (behind.admissions, behind.words) == (
        5,
        "The copy of the database for reports is 0 minutes behind. These figures come from the main database and are "
        "up to date.",
    )

    person.groups.clear()  # on the primary; the replica does not know of it
    assert client.get(reverse("admin:reports_takings")).status_code == 403
    client = browser(someone("owner", email="another@example.org", all_cinemas=True))

    settings.REPORTS_MAX_LAG = timedelta(minutes=5)
    pair.ask_standby("SELECT pg_wal_replay_resume()::text")
    pair.wait_until_it_caught_up()
    resumed = Shown(client)
    assert (resumed.admissions, resumed.words[:14], resumed.as_of >= sold_at) == (5, "Figures as of ", True)

    assert orders_before_and_after_a_sale(pair, cinema) == (2, 2)

    pair.ask_standby("SELECT pg_promote()")
    assert read(lambda source: source.problem, at=clock.now())[0] is Problem.NO_REPLICA

    pair.stop_standby()
    away = Shown(client)
    assert away.words.startswith("The copy of the database for reports does not answer.")
    assert away.admissions == 6


def orders_before_and_after_a_sale(pair: Pair, cinema: Cinema) -> tuple[int, int]:
    """What one report counts before another order has reached the replica, and afterwards."""

    def count_twice(source: Source) -> tuple[int, int]:
        assert source.is_replica
        before = Order.objects.count()
        Context().run(sell, cinema, seats=1)  # as somebody else, who reads from the main database
        time.sleep(1)
        return before, Order.objects.count()

    counts, _source = read(count_twice, at=clock.now())
    pair.wait_until_it_caught_up()
    assert read(lambda _source: Order.objects.count(), at=clock.now())[0] == counts[0] + 1
    return counts
