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
    """Counts the points that this thread's connection passes; at number `at` it calls `then`.

    Statements whose text has `aside` in it do not count, nor do commits right after them.
    """

    def __init__(self, at: int | None = None, then: Callable[[], object] = lambda: None, *, aside: str = "\0") -> None:
        self.passed, self.at, self.then, self.aside = 0, at, then, aside
        self.looking_aside = False

    def passing(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            self.then()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        self.looking_aside = self.aside in sql
        if not self.looking_aside:
            self.passing()
        return execute(sql, params, many, context)

    @contextmanager
    def watched(self) -> Iterator["Points"]:
        commit = connection._commit

        def watched_commit() -> None:
            if self.looking_aside:
                return commit()
            self.passing()
            commit()
            self.passing()
            return None

        with connection.execute_wrapper(self), patch.object(connection, "_commit", watched_commit):
            _watching.append(self)
            yield self
            _watching.remove(self)
