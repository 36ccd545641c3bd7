"""Claims, retry delays and time limits shared by all jobs that send something over a network.

A sender claims rows and commits, then talks to the network outside any transaction, and finally stores the result on
each row. A claim expires, so rows of a sender that was killed are picked up by the next one. The rows have the fields
`attempts`, `next_attempt_at` and, where they can be claimed, `claimed_by`.
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

#: The longest time a sender works on one batch; shorter than a claim, so that it never works on an expired one.
SENDING_LIMIT = timedelta(seconds=30)
CLAIM_DURATION = timedelta(minutes=5)


class Backoff(tuple[timedelta, ...]):
    """The waits after the first, second, ... failure. After one failure more, the row is given up."""

    __slots__ = ()

    @property
    def max_attempts(self) -> int:
        return len(self) + 1

    def after(self, attempts: int) -> timedelta | None:
        """The wait after this many failed attempts (at least 1), or None when the row is to be given up."""
        return self[attempts - 1] if attempts <= len(self) else None


class TimeLimit:
    """Measures how long a batch has taken, by the monotonic clock."""

    def __init__(self, limit: timedelta = SENDING_LIMIT) -> None:
        self.limit, self._begun = limit, clock.monotonic()

    @property
    def elapsed(self) -> timedelta:
        return timedelta(seconds=clock.monotonic() - self._begun)

    @property
    def is_over(self) -> bool:
        return self.elapsed > self.limit


def new_sender() -> str:
    """A unique name for this sender: host, process id and a random part; at most 64 characters."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


def lock_due(due: QuerySet[Row]) -> list[Row]:
    """Lock and return the rows of `due` in primary key order, skipping rows that another sender has locked.

    `due` must filter on the row's own columns only, so that the database checks it again on the locked row. Must be
    called inside a transaction (nothing else need be locked).
    """
    return list(due.order_by("pk").select_for_update(of=("self",), skip_locked=True))


def claim(rows: Sequence[Any], *, sender: str, at: datetime, to: str | None = None) -> None:
    """Claim rows that are due at `at` for this sender, all or none, for `CLAIM_DURATION`; change their status to `to`.

    Without `to` the status stays. The attempt is counted now, so that a row that kills its sender is not retried for
    ever. Raises `ConcurrentChange` if another process claimed or changed a row since it was read. One query for each
    status. Must be called inside a transaction (the rows, or the orders that they belong to, are locked).
    """
    if not rows:
        return
    attempts = [row.attempts + 1 for row in rows]
    stamps = {"claimed_by": sender, "next_attempt_at": at + CLAIM_DURATION, "attempts": F("attempts") + 1}
    if to is not None:
        transition(rows, to, **stamps)
    else:
        free = Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=at)
        keys = [row.pk for row in rows]
        if type(rows[0])._base_manager.filter(free, pk__in=keys).update(**stamps) != len(rows):
            raise ConcurrentChange(f"{len(rows)} × {rows[0]._meta.verbose_name_plural}")
    for row, number in zip(rows, attempts, strict=True):
        row.claimed_by, row.next_attempt_at, row.attempts = sender, at + CLAIM_DURATION, number


def still_claimed(rows: QuerySet[Any], *, sender: str) -> set[int]:
    """Lock the rows that this sender still claims and return their keys. Must be called inside a transaction."""
    claimed = rows.filter(claimed_by=sender).order_by("pk").select_for_update(of=("self",))
    return set(claimed.values_list("pk", flat=True))
