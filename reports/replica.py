"""Read figures from a replica of the database (`REPORTS_DATABASE_URL`), as of an instant that is known.

A replica lags behind. How far it has got is read in the same snapshot as the figures, so they are never older than
said. If the replica does not answer, or lags by more than `REPORTS_MAX_LAG`, the main database is read instead.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cinema import clock
from reports.tables import Kind, cell_text

logger = logging.getLogger(__name__)

ALIAS = "reports"
#: Apps whose rows are read from the replica. People, permissions and rules are always read from the main database.
APPS = frozenset({"bonuses", "concessions", "orders", "payments", "reports", "screenings"})
ASKED_AGAIN = 30.0  # seconds after which a replica that did not answer is asked again

Made = TypeVar("Made")
_reading: ContextVar[bool] = ContextVar("reading from the replica", default=False)


class Router:
    """Sends nothing to the replica but the reads that `read` is making, and never a write."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return ALIAS if _reading.get() and model._meta.app_label in APPS else DEFAULT_DB_ALIAS

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, first: Any, second: Any, **hints: Any) -> bool:
        return True  # both are the same rows

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


class Problem(Enum):
    """Why the main database was read."""

    AWAY = "AWAY"  # it does not answer
    BEHIND = "BEHIND"
    NO_REPLICA = "NO_REPLICA"  # it is no replica, or not any more: nobody can say how old its rows are


@dataclass(frozen=True)
class Source:
    """Where figures come from, and as of when; `lag` is that of a replica that is too far behind."""

    as_of: datetime
    is_replica: bool = False
    problem: Problem | None = None
    lag: timedelta = timedelta(0)

    def in_words(self) -> str:
        """What readers of the figures should know; empty where there is no replica."""
        if self.is_replica:
            return _("Figures as of %(time)s.") % {"time": cell_text(self.as_of, Kind.INSTANT)}
        match self.problem:
            case Problem.AWAY:
                why = _("The copy of the database for reports does not answer.")
            case Problem.BEHIND:
                minutes = int(self.lag.total_seconds() // 60)
                why = ngettext(
                    "The copy of the database for reports is %(count)d minute behind.",
                    "The copy of the database for reports is %(count)d minutes behind.",
                    minutes,
                ) % {"count": minutes}
            case Problem.NO_REPLICA:
                why = _("The database named for reports is not a copy of the main one.")
            case None:
                return ""
        return _("%(why)s These figures come from the main database and are up to date.") % {"why": why}


class _Unusable(Exception):
    def __init__(self, problem: Problem, lag: timedelta = timedelta(0)) -> None:
        self.problem, self.lag = problem, lag


class _State:
    asked_again_at = 0.0  # by the monotonic clock


def read(make: Callable[[Source], Made], *, at: datetime) -> tuple[Made, Source]:
    """What `make` makes of the figures of the source that it is given, and the source.

    `make` must only read, and finish reading before it returns; it may be called twice. On the replica all its queries
    see one snapshot. Must not be called inside a transaction.
    """
    source = Source(at)
    if ALIAS not in connections.settings:
        return make(source), source
    try:
        with _snapshot() as lag:
            source = Source(at - lag, is_replica=True)
            return make(source), source
    except _Unusable as unusable:
        source = Source(at, problem=unusable.problem, lag=unusable.lag)
    except (OperationalError, InterfaceError):  # lost, or it cancelled a query since it had to go on
        logger.warning("The replica for reports does not answer", exc_info=True)
        _State.asked_again_at = clock.monotonic() + ASKED_AGAIN
        connections[ALIAS].close()
        source = Source(at, problem=Problem.AWAY)
    return make(source), source


@contextmanager
def _snapshot() -> Iterator[timedelta]:
    """Reads of the block go to the replica, in one snapshot. The value: how old it is at most."""
    if clock.monotonic() < _State.asked_again_at:
        raise _Unusable(Problem.AWAY)
    lag = _lag()  # before the snapshot is taken: a transaction that is replayed in between is one more
    if lag is None:
        raise _Unusable(Problem.NO_REPLICA)
    if lag > settings.REPORTS_MAX_LAG:
        raise _Unusable(Problem.BEHIND, lag)
    with transaction.atomic(using=ALIAS):
        _keep_snapshot()
        token = _reading.set(True)
        try:
            yield lag
        finally:
            _reading.reset(token)


def _keep_snapshot() -> None:
    """All queries of the transaction, which has only begun, see one snapshot."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def _lag() -> timedelta | None:
    """How long ago the last transaction was committed that the replica has; None if it is no replica.

    Jobs commit every minute, so it is hardly more than that where replication works.
    """
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN pg_is_in_recovery() THEN"
            " greatest(clock_timestamp() - pg_last_xact_replay_timestamp(), interval '0') END"
        )
        lag: timedelta | None = cursor.fetchone()[0]
    return lag
