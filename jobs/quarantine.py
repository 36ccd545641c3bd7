"""Quarantine for rows on which a job raised an error: which to skip, when to retry them and when to give up."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import models, transaction

from jobs.claims import Backoff
from jobs.models import QuarantinedRow
from jobs.retry import one_line

BACKOFF = Backoff(
    [
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=12),
        timedelta(days=1),
        timedelta(days=2),
    ]
)


def row_name(model: type[models.Model], pk: int) -> str:
    """The name of a row in the quarantine, such as `orders.order:123`."""
    return f"{model._meta.label_lower}:{pk}"


def retry(entry: QuarantinedRow, *, at: datetime) -> None:
    """Let the job's next pass retry the row, even if it was given up. Does nothing if the entry no longer exists."""
    QuarantinedRow.objects.filter(pk=entry.pk).update(next_attempt_at=at)


class Quarantine:
    """One job's quarantine during one pass. Loading it costs one query; checking rows costs none."""

    def __init__(self, job: str, *, at: datetime) -> None:
        self.job, self.at = job, at
        self._entries = {entry.row: entry for entry in QuarantinedRow.objects.filter(job=job)}
        self._seen: set[str] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def should_skip(self, row: str) -> bool:
        """Whether the pass should skip this row, which is due, for now."""
        entry = self._entries.get(row)
        if entry is None:
            return False
        self._seen.add(row)
        return entry.next_attempt_at is None or entry.next_attempt_at > self.at

    def add(self, row: str, error: Exception) -> None:
        """Quarantine the row; the wait before the next attempt grows with each failure."""
        with transaction.atomic():
            entry, _is_new = QuarantinedRow.objects.select_for_update().get_or_create(
                job=self.job, row=row, defaults={"first_failed_at": self.at}
            )
            entry.attempts += 1
            entry.error = one_line(error)
            wait = BACKOFF.after(entry.attempts)
            entry.next_attempt_at = None if wait is None else self.at + wait
            entry.save()
        self._entries[row] = entry
        self._seen.add(row)

    def release(self, rows: Iterable[str]) -> None:
        """Remove rows that were processed successfully. No query unless one of them is quarantined."""
        if recovered := [row for row in rows if row in self._entries]:
            QuarantinedRow.objects.filter(job=self.job, row__in=recovered).delete()

    def release_unseen(self) -> None:
        """Remove rows that no step found due any more. Only valid after a pass that looked at everything due."""
        # A replay of a time before the failure says nothing about the row: it may not have been due yet.
        self.release(
            [row for row, entry in self._entries.items() if row not in self._seen and entry.first_failed_at <= self.at]
        )
