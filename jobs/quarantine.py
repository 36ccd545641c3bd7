"""Rows on which a job raised: which to leave alone, when to try them again, when to stop trying."""

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
    """How a row is called in the quarantine: `orders.order:123`."""
    return f"{model._meta.label_lower}:{pk}"


def retry(entry: QuarantinedRow, *, at: datetime) -> None:
    """Have the job's next pass try the row once more, also one that was given up. A row that has left meanwhile is
    well."""
    QuarantinedRow.objects.filter(pk=entry.pk).update(next_attempt_at=at)


class Quarantine:
    """One job's quarantine during one pass. Opening it costs one query; passing rows through it none."""

    def __init__(self, job: str, *, at: datetime) -> None:
        self.job, self.at = job, at
        self._entries = {entry.row: entry for entry in QuarantinedRow.objects.filter(job=job)}
        self._seen: set[str] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def should_skip(self, row: str) -> bool:
        """Whether the row, which is due, is to be left alone for now."""
        entry = self._entries.get(row)
        if entry is None:
            return False
        self._seen.add(row)
        return entry.next_attempt_at is None or entry.next_attempt_at > self.at

    def add(self, row: str, error: Exception) -> None:
        """Keep the row away; for how long depends on how often it failed."""
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
        """The rows are well. No query unless one of them was here."""
        if healed := [row for row in rows if row in self._entries]:
            QuarantinedRow.objects.filter(job=self.job, row__in=healed).delete()

    def release_unseen(self) -> None:
        """Rows that no step found due were dealt with otherwise. Only for a pass that looked at all that is due."""
        # A replay of a time before the failure proves nothing: the row may not have been due yet.
        self.release(
            [row for row, entry in self._entries.items() if row not in self._seen and entry.first_failed_at <= self.at]
        )
