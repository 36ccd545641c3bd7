"""Statements about all tables, by which tests empty, refill and read them thousands of times.

What takes time is not the rows, of which there are few, but to plan hundreds of statements and to check foreign keys.
"""

from collections.abc import Iterable
from functools import cache
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary
from zlib import crc32

from django.db import connection, transaction
from django.db.models import Model

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


def with_rows(models: tuple[type[Model], ...]) -> set[type[Model]]:
    """Which of these tables have any row. One query."""
    with connection.cursor() as cursor:
        cursor.execute(prepared(f"with_rows_{crc32(repr(models).encode())}", _has_rows(models)))
        return {model for model, has_rows in zip(models, cursor.fetchone(), strict=True) if has_rows}


@cache
def _has_rows(models: tuple[type[Model], ...]) -> str:
    tables = [connection.ops.quote_name(model._meta.db_table) for model in models]
    return "SELECT " + ", ".join(f"EXISTS (SELECT 1 FROM {table})" for table in tables)


_plans: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


def prepared(plan: str, sql: str) -> str:
    """PostgreSQL plans a query of many tables longer than it runs it, so each connection prepares it once."""
    if connection.vendor == "sqlite":
        return sql
    plans = _plans.setdefault(connection.connection, set())
    if plan not in plans:
        with connection.cursor() as cursor:
            cursor.execute(f"PREPARE {plan} AS {sql}")
        plans.add(plan)
    return f"EXECUTE {plan}"
