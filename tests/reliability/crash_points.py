"""Crash points: the moments of an action at which a crash, or another connection, could make a difference.

They are counted from 1: just before a statement is sent, just before a commit, just after it, and wherever else code
under test calls `pass_crash_point` (around an e-mail that leaves).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db import connection

_active: list["CrashPoints"] = []


def pass_crash_point() -> None:
    """Count a crash point that is no statement. Does nothing unless points are being counted."""
    for points in _active:
        points.pass_point()


class CrashPoints:
    """Counts the crash points that this thread's connection passes, and calls `callback` at number `at`."""

    def __init__(self, at: int | None = None, callback: Callable[[], object] = lambda: None) -> None:
        self.passed, self.at, self.callback = 0, at, callback

    def pass_point(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            self.callback()

    def before_statement(self, sql: str) -> None:
        self.pass_point()

    def before_commit(self) -> None:
        self.pass_point()

    def after_commit(self) -> None:
        self.pass_point()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        self.before_statement(sql)
        return execute(sql, params, many, context)

    @contextmanager
    def counting(self) -> Iterator["CrashPoints"]:
        commit = connection._commit

        def counted_commit() -> None:
            self.before_commit()
            commit()
            self.after_commit()

        with connection.execute_wrapper(self), patch.object(connection, "_commit", counted_commit):
            _active.append(self)
            yield self
            _active.remove(self)


class InterleavingPoints(CrashPoints):
    """The crash points at which another connection can make a difference.

    Left out are the job's own records (`jobs_*` tables), which no other actor reads; savepoints, which other
    connections cannot see; and the moment after a commit, which is the moment before the next statement.
    """

    in_job_records = False

    def before_statement(self, sql: str) -> None:
        self.in_job_records = '"jobs_' in sql
        if not self.in_job_records and "SAVEPOINT" not in sql:
            self.pass_point()

    def before_commit(self) -> None:
        if not self.in_job_records:
            self.pass_point()

    def after_commit(self) -> None:
        pass
