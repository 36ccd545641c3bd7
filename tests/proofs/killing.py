"""CRASH-ALL: a process is killed before each statement and around each commit, and what is left must be whole.

A point is a moment just before a statement is sent, just before or just after a commit, or around whatever else a proof
calls `passing` (a mail that leaves). A child process runs the act and ends itself with SIGKILL at one point: no
`finally`, no rollback of its own; the database must notice. SQLite then recovers its log like after a power cut.
"""

import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db import connection, connections

Act = Callable[[], object]

OUTLIVES_ITS_HOLDER_NEVER = 0x0C14E3A  # an advisory lock of the child's connection


_watching: list["Points"] = []


def passing() -> None:
    """A point that is no statement; nothing unless somebody watches."""
    for points in _watching:
        points.passing()


class Points:
    """Counts the points that are passed; at `fatal` the process dies."""

    def __init__(self, fatal: int | None = None) -> None:
        self.passed, self.fatal = 0, fatal

    def passing(self) -> None:
        self.passed += 1
        if self.passed == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        self.passing()
        return execute(sql, params, many, context)

    @contextmanager
    def watched(self) -> Iterator["Points"]:
        commit = connection._commit

        def watched_commit() -> None:
            self.passing()
            commit()
            self.passing()

        with connection.execute_wrapper(self), patch.object(connection, "_commit", watched_commit):
            _watching.append(self)
            yield self
            _watching.remove(self)


def points_of(act: Act) -> int:
    """How many points the act passes when nobody kills it."""
    with Points().watched() as points:
        act()
    return points.passed


def kill(act: Act, *, at_point: int) -> None:
    """Run the act in a child process that dies at that point; returns when the database has let go of it.

    The child sees what is committed. An act that ends before the point is a mistake in the proof.
    """
    connections.close_all()  # a connection must not be shared with a child
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # pytest-xdist has threads; the child touches none
        child = os.fork()
    if not child:
        _die_within(act, at_point)
    _child, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"the act was over before point {at_point}"
    assert os.WTERMSIG(status) == signal.SIGKILL
    _wait_for_the_server()


def _die_within(act: Act, at_point: int) -> None:
    """Never returns: a child that came back would go on with the tests."""
    try:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [OUTLIVES_ITS_HOLDER_NEVER])
        with Points(at_point).watched():
            act()
    except BaseException as error:
        print(f"the act failed before it was killed: {error!r}", file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


def _wait_for_the_server() -> None:
    """PostgreSQL rolls a dead client back when it notices; the lock of its session is the last that it lets go."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '30s'")
            cursor.execute("SELECT pg_advisory_lock(%s)", [OUTLIVES_ITS_HOLDER_NEVER])
        connection.close()
