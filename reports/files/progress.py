"""How far a file is."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

#: Called with the number of rows that are written, now and then.
Progress = Callable[[int], None]

EVERY = 1_000  # rows


def no_progress(_rows: int) -> None:
    """For files that nobody waits for."""


def counted(rows: Iterable[list[Any]], progress: Progress) -> Iterator[list[Any]]:
    """The rows; calls `progress` after each thousand of them, and at the end."""
    number = 0
    for number, row in enumerate(rows, start=1):
        yield row
        if number % EVERY == 0:
            progress(number)
    progress(number)
