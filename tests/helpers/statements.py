"""Many small statements at once, by which tests empty and refill all tables thousands of times.

What takes time is not the rows, of which there are few, but to plan hundreds of statements and to check foreign keys.
"""

from collections.abc import Iterable
from functools import cache
from itertools import count
from typing import Any

from django.db import connection, transaction

_numbers = count()


class Statements:
    """Statements that run in one transaction, with no check of foreign keys: what they leave must be consistent.

    Without the rights of a superuser PostgreSQL checks at the end. They are PL/pgSQL there, in which `last_run` is the
    id of the transaction that ran them last, or 0; the plans are kept for as long as a connection is open.
    """

    def __init__(self, statements: Iterable[str]) -> None:
        self._script = "; ".join(statements)
        self._function, self._last_run = "", 0

    def run(self) -> None:
        """Commits; must not be called in a transaction."""
        if connection.vendor != "postgresql":
            _run_script(self._script)
            return
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            if not self._function:
                self._function = self._create_function(cursor)
            skip_foreign_key_checks()
            cursor.execute(f"SELECT {self._function}(%s)", [self._last_run])
            (self._last_run,) = cursor.fetchone()

    def _create_function(self, cursor: Any) -> str:
        name = f"statements_{next(_numbers)}"
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {name}(last_run bigint) RETURNS bigint LANGUAGE plpgsql AS $$"
            f"BEGIN {self._script}; RETURN pg_current_xact_id()::text::bigint; END$$"
        )
        return name


def _run_script(script: str) -> None:
    """Past Django, whose way takes longer than most of the statements; SQLite looks no plans up either way."""
    assert not connection.in_atomic_block
    connection.ensure_connection()
    connection.disable_constraint_checking()
    try:
        connection.connection.executescript(f"BEGIN IMMEDIATE; {script}; COMMIT")
    except Exception:
        connection.connection.rollback()
        raise
    finally:
        connection.enable_constraint_checking()


def skip_foreign_key_checks() -> None:
    """Check no foreign key until the transaction ends, where PostgreSQL allows it: checks are slow."""
    if connection.vendor == "postgresql" and is_superuser():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")


@cache
def is_superuser() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])
