"""System checks of the replica for reports."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import Warning as CheckWarning
from django.db import DEFAULT_DB_ALIAS

from reports.replica import ALIAS

SHORTEST, LONGEST = timedelta(minutes=2), timedelta(days=1)
SERVER = ("NAME", "HOST", "PORT")


def check_replica(**_kwargs: Any) -> list[CheckWarning]:
    return list(faults(settings.DATABASES, settings.REPORTS_MAX_LAG))


def faults(databases: Mapping[str, dict[str, Any]], max_lag: timedelta) -> Iterator[CheckWarning]:
    """What is wrong with the settings of the replica; nothing without one."""
    if ALIAS not in databases:
        return
    replica, main = databases[ALIAS], databases[DEFAULT_DB_ALIAS]
    if replica["ENGINE"] != "django.db.backends.postgresql" or main["ENGINE"] != replica["ENGINE"]:
        yield CheckWarning(
            "REPORTS_DATABASE_URL needs PostgreSQL: another database has no replicas.",
            hint="Remove REPORTS_DATABASE_URL.",
            id="reports.W001",
        )
    elif _server(replica) == _server(main):
        yield CheckWarning(
            "REPORTS_DATABASE_URL names the main database, so reports are read from that.",
            hint="Set it to a streaming replica of the main database, or remove it.",
            id="reports.W002",
        )
    if not SHORTEST <= max_lag <= LONGEST:
        yield CheckWarning(
            "REPORTS_MAX_LAG is not useful: it should be from 120 to 86400 seconds.",
            hint="A replica that works may be a minute behind at night, when only jobs write to the database.",
            id="reports.W003",
        )


def _server(database: dict[str, Any]) -> tuple[Any, ...]:
    return (*(database.get(key, "") for key in SERVER), database.get("OPTIONS", {}).get("host", ""))
