"""Waiting out a database that is busy or away, and telling its errors from those of a row."""

import errno
import logging
import random
import sqlite3
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, InternalError, OperationalError, ProgrammingError, connection

from cinema import clock

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

WAITS = (0.1, 0.5, 2.0)  # seconds before the second, third and fourth try, give or take a half


def is_infrastructure(error: BaseException) -> bool:
    """Whether it is the machine that failed (deadlock, lost connection, lock, disk, memory, a migration that nobody has
    run) and not the row at hand."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    if isinstance(error, InternalError):
        # Some ways of being thrown out by PostgreSQL come under this name; Django has then closed the connection.
        return connection.connection is None
    return isinstance(error, (OperationalError, ProgrammingError, InterfaceError, MemoryError))


def is_transient(error: BaseException) -> bool:
    """Whether to wait for what failed; no table, column or right comes to whoever waits."""
    of_sqlite, of_postgres = (getattr(error.__cause__, name, None) for name in ("sqlite_errorcode", "pgcode"))
    is_in_the_sql = of_sqlite == sqlite3.SQLITE_ERROR or str(of_postgres).startswith("42")
    return is_infrastructure(error) and not is_in_the_sql


def with_retries(action: Callable[[], Result]) -> Result:
    """What `action` returns; it is tried again, up to three times, when the machine failed for a moment.

    Any other error comes out at once, and so does the last of the machine's. The action must be safe to repeat: a
    connection lost during a commit leaves unknown whether it happened.
    """
    for wait in WAITS:
        try:
            return action()
        except Exception as error:
            if not is_transient(error):
                raise
            logger.warning("%s; trying again", one_line(error))
        close_broken_connection()
        clock.sleep(wait * random.uniform(0.5, 1.5))  # apart, so that two that met in a deadlock do not meet again
    return action()


def close_broken_connection() -> None:
    """Have the next query connect anew if the connection is broken or old; leaves a caller's transaction alone."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def one_line(error: BaseException) -> str:
    """The error as one line for a table: no traceback, no more than 500 characters, none that a database refuses."""
    try:
        text = f"{type(error).__name__}: {error}"
    except Exception:
        text = type(error).__name__
    return " ".join(text.replace("\0", " ").encode(errors="replace").decode().split())[:500]
