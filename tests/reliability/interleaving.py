"""Interleavings: two actions on two connections, in every order that matters, repeatably.

The first action is paused at a point. The second runs until it has ended or waits for a lock that the first one holds;
then the first goes on. Doing this for every point of the first covers all orders in which the second comes in between.
Nothing sleeps: PostgreSQL says who waits for a lock (`pg_blocking_pids`), so a schedule is the same in every run.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol
from unittest.mock import patch

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

from orders.models import Ticket
from tests.reliability.crash_points import InterleavingPoints

Action = Callable[[], Any]

TIMEOUT = 30.0  # seconds, after which a test that hangs fails


@dataclass
class Schedule:
    """What happened when the first action was paused at `point`: what each returned, or the exception it raised."""

    point: int
    first: Any = None
    second: Any = None
    paused: bool = False  # whether the first reached the point; if not, the second ran after it


def every_schedule(first: Action, second: Action, *, restore_snapshot: Action) -> Iterator[Schedule]:
    """Restore the snapshot, run one schedule, yield it, and so on until the first action ends before the point."""
    with interleaver() as interleave:
        for point in count(1):
            restore_snapshot()
            schedule = interleave(first, second, at_point=point)
            yield schedule
            if not schedule.paused:
                return


class Interleave(Protocol):
    def __call__(self, first: Action, second: Action, *, at_point: int) -> Schedule: ...


@contextmanager
def interleaver() -> Iterator[Interleave]:
    """Runs schedules on connections that stay open, since opening two for each would take most of the time."""
    second_connection, watcher = connection.copy(), connection.copy()
    second_connection.inc_thread_sharing()  # the threads use it one after another

    def interleave(first: Action, second: Action, *, at_point: int) -> Schedule:
        schedule = Schedule(at_point)
        thread = _SecondAction(second, second_connection)

        def run_second() -> None:
            schedule.paused = True
            thread.start()
            limit = time.monotonic() + TIMEOUT
            while thread.is_running() and not _waits_for_a_lock(watcher, thread.backend):
                assert time.monotonic() < limit, "the second action waits for the first, but not in the database"

        with InterleavingPoints(at_point, run_second).counting():
            schedule.first = _result_of(first)
        if not schedule.paused:
            thread.start()
        thread.join(TIMEOUT)
        assert not thread.is_alive(), "the second action never ended"
        schedule.second = thread.result
        return schedule

    try:
        yield interleave
    finally:
        second_connection.close()
        watcher.close()


class _SecondAction(threading.Thread):
    """The second action, on a connection of its own."""

    def __init__(self, action: Action, second_connection: BaseDatabaseWrapper) -> None:
        super().__init__(daemon=True)
        self.action, self.database, self.result = action, second_connection, None
        self.connected = threading.Event()
        self.backend = 0

    def start(self) -> None:
        super().start()
        assert self.connected.wait(TIMEOUT)

    def run(self) -> None:
        connections[DEFAULT_DB_ALIAS] = self.database
        self.database.ensure_connection()
        self.backend = self.database.connection.info.backend_pid
        self.connected.set()
        self.result = _result_of(self.action)

    def is_running(self) -> bool:
        self.join(0.004)  # asked more often, the database would do little else
        return self.is_alive()


def _result_of(action: Action) -> Any:
    try:
        return action()
    except Exception as refusal:
        return refusal


def _waits_for_a_lock(watcher: BaseDatabaseWrapper, backend: int) -> bool:
    with watcher.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [backend])
        return bool(cursor.fetchone()[0])


# --- Negative controls: the protections removed


@contextmanager
def without_row_locks() -> Iterator[None]:
    """`select_for_update` locks nothing."""
    with patch.object(QuerySet, "select_for_update", lambda rows, *args, **kwargs: rows.all()):
        yield


@contextmanager
def without_compare_and_set(*modules: Any) -> Iterator[None]:
    """The modules' `transition` writes a status without comparing the current one, as `save()` would."""

    def transition(rows: Any, to: str, **stamps: Any) -> None:
        for row in rows:
            type(row)._base_manager.filter(pk=row.pk).update(status=to, **stamps)

    patches = [patch.object(module, "transition", transition) for module in modules]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()


@contextmanager
def without_unique_index_of_live_tickets() -> Iterator[None]:
    """Two live tickets may have one seat of a session. Deletes all tickets at the end."""
    [index] = [each for each in Ticket._meta.constraints if each.name == "one_live_ticket_a_seat"]
    with connection.schema_editor() as editor:
        editor.remove_constraint(Ticket, index)
    try:
        yield
    finally:
        Ticket.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Ticket, index)
