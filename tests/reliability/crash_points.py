"""Points: the moments of an act at which something else may happen, counted from 1.

A point is a moment just before a statement is sent, just before or just after a commit, or around whatever else a proof
calls `passing` (a mail that leaves).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db import connection

_watching: list["Points"] = []


def passing() -> None:
    """A point that is no statement; nothing unless somebody watches."""
    for points in _watching:
        points.passing()


class Points:
    """Counts the points that this thread's connection passes; at number `at` it calls `then`."""

    def __init__(self, at: int | None = None, then: Callable[[], object] = lambda: None) -> None:
        self.passed, self.at, self.then = 0, at, then

    def passing(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            self.then()

    def before_statement(self, sql: str) -> None:
        self.passing()

    def before_commit(self) -> None:
        self.passing()

    def after_commit(self) -> None:
        self.passing()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        self.before_statement(sql)
        return execute(sql, params, many, context)

    @contextmanager
    def watched(self) -> Iterator["Points"]:
        commit = connection._commit

        def watched_commit() -> None:
            self.before_commit()
            commit()
            self.after_commit()

        with connection.execute_wrapper(self), patch.object(connection, "_commit", watched_commit):
            _watching.append(self)
            yield self
            _watching.remove(self)


class Meetings(Points):
    """The points at which it matters that somebody else comes. Not around what a job notes about itself, which
    concerns nobody; a savepoint tells the others nothing; and after a commit is before the next statement."""

    aside = False

    def before_statement(self, sql: str) -> None:
        self.aside = '"jobs_' in sql
        if not self.aside and "SAVEPOINT" not in sql:
            self.passing()

    def before_commit(self) -> None:
        if not self.aside:
            self.passing()

    def after_commit(self) -> None:
        pass
