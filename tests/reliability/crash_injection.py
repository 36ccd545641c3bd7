"""Crash injection: run_and_kill a process before any statement, or before or after any commit.

A child process runs the action and ends itself with SIGKILL at one crash point. No `finally` block and no rollback of
its own runs: the database has to notice the lost connection. SQLite recovers from its journal as after a power cut.
"""

import os
import signal
import sys
import warnings
from collections.abc import Callable

from django.db import connection, connections

from tests.reliability.crash_points import CrashPoints

Action = Callable[[], object]

CHILD_LOCK = 0x0C14E3A  # the key of an advisory lock that a child holds for as long as its session lives


def count_crash_points(action: Action) -> int:
    """Run the action to its end; the number of crash points that it passed."""
    with CrashPoints().counting() as points:
        action()
    return points.passed


def run_and_kill(action: Action, *, at_point: int) -> None:
    """Run the action in a child process that is killed at that crash point.

    Returns once the database has ended the child's session. The child sees what is committed. An action that ends
    before the point fails the test.
    """
    if connection.vendor == "sqlite":
        connections.close_all()  # file locks belong to a process; the child would believe it held its parent's
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # fork with threads: pytest-xdist's, unused by the child
        child = os.fork()
    if not child:
        _run_in_child(action, at_point)
    _child, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"the action ended before crash point {at_point}"
    assert os.WTERMSIG(status) == signal.SIGKILL
    _wait_for_end_of_session()


def _run_in_child(action: Action, at_point: int) -> None:
    """Never returns: a child that returned would go on with the test run."""
    try:
        # Kept, so that garbage collection does not close the parent's connection.
        _parents, connection.connection = connection.connection, None
        _on_postgresql("pg_advisory_lock")
        with CrashPoints(at_point, lambda: os.kill(os.getpid(), signal.SIGKILL)).counting():
            action()
    except BaseException as error:
        print(f"the action failed before it was killed: {error!r}", file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


def _wait_for_end_of_session() -> None:
    """PostgreSQL rolls back a lost client's transaction first, and releases the locks of its session last."""
    _on_postgresql("pg_advisory_lock", "pg_advisory_unlock")


def _on_postgresql(*functions: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for function in functions:
                cursor.execute(f"SELECT {function}(%s)", [CHILD_LOCK])
