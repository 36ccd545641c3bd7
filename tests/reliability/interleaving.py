"""INTERLEAVE: two actors on two connections, in every order that their statements allow.

The first actor is stopped at a point; the second then runs until it is done or waits for a lock that the first one
holds, and the first goes on. Done for every point of the first, these are all schedules that matter, each the same
whenever it is run: nobody sleeps, and who waits for whom is what PostgreSQL says.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol
from unittest.mock import patch

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

from tests.reliability.crash_points import Meetings

Act = Callable[[], Any]

PATIENCE = 30.0  # seconds, until a proof that hangs gives up


@dataclass
class Schedule:
    """How it went when the first actor was stopped at `point`: what each returned, or was refused with."""

    point: int
    first: Any = None
    second: Any = None
    stopped: bool = False  # the first did reach the point; else it was over, and the second came after it


def every_schedule(first: Act, second: Act, *, restore_snapshot: Act) -> Iterator[Schedule]:
    """Plays the scene in every order; hands out each to be judged before the next begins."""
    with two_at_once() as interleave:
        for point in count(1):
            restore_snapshot()
            schedule = interleave(first, second, at_point=point)
            yield schedule
            if not schedule.stopped:
                return


class Interleave(Protocol):
    def __call__(self, first: Act, second: Act, *, at_point: int) -> Schedule: ...


@contextmanager
def two_at_once() -> Iterator[Interleave]:
    """Plays one schedule after the other, on connections that stay open: to open two for each takes longest."""
    theirs, watcher = connection.copy(), connection.copy()
    theirs.inc_thread_sharing()  # by one thread after the other

    def interleave(first: Act, second: Act, *, at_point: int) -> Schedule:
        schedule = Schedule(at_point)
        other = _Second(second, theirs)

        def let_the_other_run() -> None:
            schedule.stopped = True
            other.start()
            while other.is_running() and not _waits_for_a_lock(watcher, other.backend):
                pass

        with Meetings(at_point, let_the_other_run).watched():
            schedule.first = _result_of(first)
        if not schedule.stopped:
            other.start()
        other.join(PATIENCE)
        assert not other.is_alive(), "the second actor never ended"
        schedule.second = other.result
        return schedule

    try:
        yield interleave
    finally:
        theirs.close()
        watcher.close()


class _Second(threading.Thread):
    """The second actor, on a connection of its own."""

    def __init__(self, act: Act, theirs: BaseDatabaseWrapper) -> None:
        super().__init__(daemon=True)
        self.act, self.theirs, self.result = act, theirs, None
        self.connected = threading.Event()
        self.backend = 0

    def start(self) -> None:
        super().start()
        assert self.connected.wait(PATIENCE)

    def run(self) -> None:
        connections[DEFAULT_DB_ALIAS] = self.theirs
        self.theirs.ensure_connection()
        self.backend = self.theirs.connection.info.backend_pid
        self.connected.set()
        self.result = _result_of(self.act)

    def is_running(self) -> bool:
        self.join(0.001)  # a moment, and not longer than it takes
        return self.is_alive()


def _result_of(act: Act) -> Any:
    try:
        return act()
    except Exception as refusal:
        return refusal


def _waits_for_a_lock(watcher: BaseDatabaseWrapper, backend: int) -> bool:
    with watcher.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [backend])
        return bool(cursor.fetchone()[0])


# --- Guards taken away, for the controls


@contextmanager
def without_row_locks() -> Iterator[None]:
    """Nobody locks a row before changing it."""
    with patch.object(QuerySet, "select_for_update", lambda rows, *args, **kwargs: rows.all()):
        yield


@contextmanager
def without_compare_and_set(*modules: Any) -> Iterator[None]:
    """A status is written over whatever the row has by now, as `save()` would."""

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
