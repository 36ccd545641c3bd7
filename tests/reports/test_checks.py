from datetime import timedelta

import pytest

from cinema.environment import database_settings
from reports.checks import check_replica, faults

MAIN = "postgres://cinema@db/cinema"


def found(replica: str, lag: timedelta = timedelta(minutes=5), main: str = MAIN) -> list[str | None]:
    databases = {"default": database_settings(main)}
    if replica:
        databases["reports"] = database_settings(replica)
    return [warning.id for warning in faults(databases, lag)]


def test_an_installation_without_a_replica_has_no_faults() -> None:
    assert check_replica() == []


@pytest.mark.parametrize("replica", ["postgres://reader@copy/cinema", "postgres://reader@db:5433/cinema"])
def test_a_replica_on_another_server_is_fine(replica: str) -> None:
    assert found(replica) == []


def test_the_main_database_itself_is_no_replica() -> None:
    assert found("postgres://reader@db/cinema") == ["reports.W002"]


def test_sqlite_has_no_replicas() -> None:
    assert found("sqlite:///var/copy.sqlite3") == ["reports.W001"]
    assert found("postgres://reader@copy/cinema", main="sqlite:///var/cinema.sqlite3") == ["reports.W001"]


@pytest.mark.parametrize("lag", [timedelta(seconds=5), timedelta(days=3)])
def test_a_lag_that_is_useless_is_named(lag: timedelta) -> None:
    assert found("postgres://reader@copy/cinema", lag) == ["reports.W003"]
