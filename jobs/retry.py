"""Retries after temporary database errors, and tells these apart from errors in a row's data."""

import errno
import logging
import random
import sqlite3
from collections.abc import Callable
from typing import TypeVar

from django.db import Error, InterfaceError, InternalError, OperationalError, ProgrammingError, connection

from cinema import clock
from cinema.logs import mask

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

WAITS = (0.1, 0.5, 2.0)  # seconds before the second, third and fourth try, varied randomly by half


def is_infrastructure(error: BaseException) -> bool:
    """Whether the infrastructure failed rather than the row being processed.

    That is a deadlock, a lost connection, a lock, a full disk, lack of memory or a migration that was not run.
    """
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    if isinstance(error, InternalError):
        # PostgreSQL raises this for some kinds of disconnection; Django has then closed the connection.
        return connection.connection is None
    return isinstance(error, (OperationalError, ProgrammingError, InterfaceError, MemoryError))


def is_transient(error: BaseException) -> bool:
    """Whether a retry may help. It does not for errors in the SQL, such as a missing table, column or permission."""
    of_sqlite, of_postgres = (getattr(error.__cause__, name, None) for name in ("sqlite_errorcode", "pgcode"))
    is_in_the_sql = of_sqlite == sqlite3.SQLITE_ERROR or str(of_postgres).startswith("42")
    return is_infrastructure(error) and not is_in_the_sql


def with_retries(action: Callable[[], Result]) -> Result:
    """Return what `action` returns; retry it up to three times after transient infrastructure errors.

    Other errors, and the error of the last try, are raised. The action must be safe to repeat: if the connection is
    lost during a commit, it is unknown whether the commit happened.
    """
    for wait in WAITS:
        try:
            return action()
        except (Error, OSError, MemoryError) as error:  # all that `is_infrastructure` may accept
            if not is_transient(error):
                raise
            logger.warning("%s; trying again", one_line(error))
        close_broken_connection()
        clock.sleep(wait * random.uniform(0.5, 1.5))  # random, so that two processes do not deadlock again
    return action()


def close_broken_connection() -> None:
    """Close a broken or old connection, so that the next query reconnects. Does nothing inside a transaction."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def one_line(error: BaseException) -> str:
    """The error as one line of at most 500 characters: no traceback, and no characters that databases reject.

    Cut to its message: without the row's values that PostgreSQL adds, secret links and addresses.
    """
    try:
        text = mask(f"{type(error).__name__}: {error}")
    except Exception:  # whatever the `__str__` of the error raises: a job must be able to record it
        text = type(error).__name__
    return " ".join(text.replace("\0", " ").encode(errors="replace").decode().split())[:500]
