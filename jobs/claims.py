"""Claim rows, work on them outside a transaction, try again later, give up: what all senders share.

A sender claims rows and commits, talks to a network without a transaction, and then marks each row. A claim ends by
itself, so that a sender that was killed blocks nobody. The rows have `attempts`, `next_attempt_at` and, where they are
claimed, `claimed_by`.
"""

import os
import secrets
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import F, Model, Q, QuerySet

from cinema import clock
from cinema.status import ConcurrentChange, transition

Row = TypeVar("Row", bound=Model)

#: A sender works on a batch for so long at most; a claim is good for longer, so that no sender outlives its claim.
PATIENCE = timedelta(seconds=30)
LEASE = timedelta(minutes=5)


class Backoff(tuple[timedelta, ...]):
    """How long a row waits after its first, second ... failure; after one failure more it is given up."""

    __slots__ = ()

    @property
    def max_attempts(self) -> int:
        return len(self) + 1

    def after(self, attempts: int) -> timedelta | None:
        """The wait after so many failed attempts (at least 1), or None when it is time to give up."""
        return self[attempts - 1] if attempts <= len(self) else None


class TimeLimit:
    """How long a batch has been worked on, by the clock that never jumps."""

    def __init__(self, limit: timedelta = PATIENCE) -> None:
        self.limit, self._begun = limit, clock.monotonic()

    @property
    def elapsed(self) -> timedelta:
        return timedelta(seconds=clock.monotonic() - self._begun)

    @property
    def is_over(self) -> bool:
        return self.elapsed > self.limit


def new_sender() -> str:
    """A name for this sender that no other one has: host, process and a random part; 64 characters at most."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


def lock_due(due: QuerySet[Row]) -> list[Row]:
    """The rows of `due`, locked in the order of their keys, without those that another sender is just claiming.

    `due` is a condition on the row's own table, so that the database checks it again on the locked row. Must be called
    inside a transaction (nothing else need be locked).
    """
    return list(due.order_by("pk").select_for_update(of=("self",), skip_locked=True))


def claim(rows: Sequence[Any], *, sender: str, at: datetime, to: str | None = None) -> None:
    """Make rows that are due at `at` the sender's until `LEASE` is over, all or none, with status `to` where given.

    The attempt is counted now and not at the end, or a row that kills its sender would be tried for ever. A row that
    somebody claimed or moved since it was read raises `ConcurrentChange`, on both databases. One query for each status.
    Must be called inside a transaction (the rows, or the orders that they belong to, are locked).
    """
    if not rows:
        return
    attempts = [row.attempts + 1 for row in rows]
    stamps = {"claimed_by": sender, "next_attempt_at": at + LEASE, "attempts": F("attempts") + 1}
    if to is not None:
        transition(rows, to, **stamps)
    else:
        free = Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=at)
        keys = [row.pk for row in rows]
        if type(rows[0])._base_manager.filter(free, pk__in=keys).update(**stamps) != len(rows):
            raise ConcurrentChange(f"{len(rows)} × {rows[0]._meta.verbose_name_plural}")
    for row, number in zip(rows, attempts, strict=True):
        row.claimed_by, row.next_attempt_at, row.attempts = sender, at + LEASE, number


def still_claimed(rows: QuerySet[Any], *, sender: str) -> set[int]:
    """The keys of those rows that are still the sender's, locked. Must be called inside a transaction."""
    ours = rows.filter(claimed_by=sender).order_by("pk").select_for_update(of=("self",))
    return set(ours.values_list("pk", flat=True))
