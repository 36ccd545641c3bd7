"""How things are measured: always two of them in turn, so that whatever else the machine does falls on both."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from django.db import connection, connections


@dataclass(frozen=True)
class Pairs:
    """The seconds that ours and theirs took, pair by pair."""

    ours: list[float]
    theirs: list[float]

    @property
    def ratio_of_sums(self) -> float:
        return sum(self.ours) / sum(self.theirs)

    @property
    def ratios(self) -> list[float]:
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]

    @property
    def median_ratio(self) -> float:
        return median(self.ratios)

    @property
    def noise(self) -> str:
        """Between which ratios the middle half of the pairs lies."""
        lower, _middle, upper = quantiles(self.ratios, n=4)
        return f"{lower:.2f} to {upper:.2f}"


def alternate(ours: Callable[[int], Any], theirs: Callable[[int], Any], *, pairs: int) -> Pairs:
    """Time each of them `pairs` times, in turn; both get the number of the pair. They take turns at going first."""
    measured = Pairs([], [])
    for number in range(pairs):
        turn = [(ours, measured.ours), (theirs, measured.theirs)]
        for action, seconds in turn if number % 2 else reversed(turn):
            begun = time.perf_counter()
            action(number)
            seconds.append(time.perf_counter() - begun)
    return measured


@contextmanager
def counted() -> Iterator[list[str]]:
    """The queries of the block, without BEGIN and COMMIT."""
    queries: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        queries.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield queries


@contextmanager
def on(database: Any) -> Iterator[None]:
    """The block works on another database: a copy of the connection with another name."""
    usual = connections["default"]
    connections["default"] = database
    try:
        yield
    finally:
        connections["default"] = usual


def contents() -> dict[str, int]:
    """How many rows of which status each table has."""
    counts = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}
            kind = "status" if "status" in columns else "'rows'"
            cursor.execute(f'SELECT {kind}, count(*) FROM "{table}" GROUP BY 1')
            counts |= {f"{table} {what}": number for what, number in cursor.fetchall()}
    return counts


def difference(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {
        what: after.get(what, 0) - before.get(what, 0)
        for what in before | after
        if after.get(what, 0) != before.get(what, 0)
    }
