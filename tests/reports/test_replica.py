from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import OperationalError

from accounts.models import User
from cinema import clock
from orders.models import Order
from reports import replica
from reports.replica import Problem, Source, read
from screenings.models import Cinema
from tests.helpers.database.replicas import a_replica
from tests.helpers.factories import NOON, a_cinema

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def databases(_source: Source) -> dict[str, str]:
    """Which database answers, by what is asked."""
    return {
        "figures": Order.objects.all().db,
        "people": User.objects.all().db,
        "permissions": Permission.objects.all().db,
        "locked": Order.objects.select_for_update().db,
    }


def test_without_a_replica_the_main_database_is_read() -> None:
    found, source = read(databases, at=NOON)

    assert (found["figures"], source, source.in_words()) == ("default", Source(NOON), "")


def test_figures_are_read_from_the_replica_and_nothing_else_is() -> None:
    with a_replica(2 * MINUTE):
        found, source = read(databases, at=NOON)
        afterwards = databases(source)

    assert found == {"figures": "reports", "people": "default", "permissions": "default", "locked": "default"}
    assert set(afterwards.values()) == {"default"}
    assert source == Source(NOON - 2 * MINUTE, is_replica=True)
    assert source.in_words() == "Figures as of 5 Nov 2026 14:58."


def test_writes_go_to_the_main_database_also_those_of_rows_that_were_read_from_the_replica() -> None:
    with a_replica(MINUTE):
        cinema, _source = read(lambda _source: Cinema.objects.get(pk=a_cinema().pk), at=NOON)
        reading = replica._reading.set(True)
        try:
            written = replica.Router().db_for_write(Cinema, instance=cinema)
        finally:
            replica._reading.reset(reading)

    assert written == "default"


@pytest.mark.parametrize(
    ("lag", "problem", "words"),
    [
        (7 * MINUTE, Problem.BEHIND, "The copy of the database for reports is 7 minutes behind."),
        (None, Problem.NO_REPLICA, "The database named for reports is not a copy of the main one."),
        (OperationalError("no route"), Problem.AWAY, "The copy of the database for reports does not answer."),
    ],
)
def test_a_replica_that_cannot_be_used_is_replaced_by_the_main_database_and_this_is_said(lag, problem, words) -> None:
    with a_replica(lag):
        found, source = read(databases, at=NOON)

    assert (found["figures"], source.as_of, source.problem) == ("default", NOON, problem)
    assert source.in_words() == f"{words} These figures come from the main database and are up to date."


def test_a_replica_that_fails_while_it_is_read_is_replaced_too() -> None:
    asked = []

    def make(source: Source) -> str:
        asked.append(source.is_replica)
        if source.is_replica:
            raise OperationalError("canceling statement due to conflict with recovery")
        return "figures"

    with a_replica(MINUTE):
        assert read(make, at=NOON)[0] == "figures"

    assert asked == [True, False]


def test_a_replica_that_did_not_answer_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.monotonic()
    with a_replica(OperationalError("no route")) as lag:
        monkeypatch.setattr(clock, "monotonic", lambda: now)
        read(databases, at=NOON)
        lag[0] = MINUTE
        at_once = read(databases, at=NOON)[1].problem
        monkeypatch.setattr(clock, "monotonic", lambda: now + replica.ASKED_AGAIN)

        assert (at_once, read(databases, at=NOON)[1].is_replica) == (Problem.AWAY, True)
