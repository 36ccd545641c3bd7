"""CRASH-ALL: a process is killed before each statement and around each commit, and what is left must be whole.

A child process runs the act and ends itself with SIGKILL at one point: no `finally`, no rollback of its own; the
database must notice. SQLite then recovers its log like after a power cut.
"""

import os
import signal
import sys
import warnings
from collections.abc import Callable

from django.db import connection, connections

from tests.reliability.crash_points import Points

Act = Callable[[], object]

HELD_WHILE_CONNECTED = 0x0C14E3A  # an advisory lock of the child's session


def points_of(act: Act) -> int:
    """How many points the act passes when nobody kills it."""
    with Points().watched() as points:
        act()
    return points.passed


def kill(act: Act, *, at_point: int) -> None:
    """Run the act in a child process that dies at that point; returns when the database has let go of it.

    The child sees what is committed. An act that ends before the point is a mistake in the proof.
    """
    if connection.vendor == "sqlite":
        connections.close_all()  # its locks are the process's, and a child would believe to hold its parent's
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
        _parents, connection.connection = connection.connection, None  # neither spoken into nor closed
        _on_postgresql("pg_advisory_lock")
        with Points(at_point, lambda: os.kill(os.getpid(), signal.SIGKILL)).watched():
            act()
    except BaseException as error:
        print(f"the act failed before it was killed: {error!r}", file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


def _wait_for_the_server() -> None:
    """PostgreSQL rolls a dead client back once it notices; the lock of the session is the last that it lets go."""
    _on_postgresql("pg_advisory_lock", "pg_advisory_unlock")


def _on_postgresql(*doings: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for doing in doings:
                cursor.execute(f"SELECT {doing}(%s)", [HELD_WHILE_CONNECTED])
