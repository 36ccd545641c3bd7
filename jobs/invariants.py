"""Invariants: statements that always hold, as SQL queries for the rows that break them.

Each app lists those of its own tables in `invariants.py`; `consistency.invariants` adds those that join apps, and
checks all of them. Each is one statement of plain SQL that runs on both databases, so it sees one moment of a live
database. Amounts of money are in minor units there.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class Invariant:
    """`sql` yields the primary keys of the rows of `model` for which `statement` does not hold."""

    statement: str
    model: str
    sql: str


@dataclass(frozen=True)
class Violation:
    """A row that breaks an invariant, as `app.model:pk`."""

    statement: str
    row: str


def broken(invariants: Iterable[Invariant], parameters: Mapping[str, Any]) -> Iterator[Violation]:
    """Every row that breaks one of the invariants; `parameters` fill the placeholders of their SQL. A query each."""
    for invariant in invariants:
        with connection.cursor() as cursor:
            cursor.execute(invariant.sql, parameters)
            for [pk] in cursor.fetchall():
                yield Violation(invariant.statement, f"{invariant.model}:{pk}")


def sql_list(values: Iterable[str]) -> str:
    """Constants of our own code, such as statuses, as the inside of an SQL `IN (...)`."""
    return ", ".join(f"'{value}'" for value in values)
