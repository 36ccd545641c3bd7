"""Processes due rows in batches, each in its own transaction; rows that raise an error are quarantined."""

import logging
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet

from jobs.leases import Lease
from jobs.options import Options
from jobs.quarantine import Quarantine, row_name
from jobs.retry import is_infrastructure, one_line, with_retries

logger = logging.getLogger(__name__)


@dataclass
class Counts:
    """How many rows of a pass were done, passed over or failed; `error` is one line about the first failure."""

    done: int = 0
    passed_over: int = 0
    failed: int = 0
    error: str = ""

    def add(self, other: "Counts") -> None:
        self.done += other.done
        self.passed_over += other.passed_over
        self.failed += other.failed
        self.error = self.error or other.error


@dataclass(frozen=True)
class Step:
    """One rule of a job.

    `due(at)` is a queryset of one model that can still be filtered (no slice, no union). `act(rows, at)` gets rows that
    are due and locked, in primary key order, inside a transaction; if it raises, the batch is rolled back.
    `again(at, pks)` checks the same rule for a locked batch only; for a `due` that joins large tables.
    `lock(pks)` replaces the default lock on the rows, where other rows must be locked before them.
    A step that is not `atomic` talks to a network: its `act` gets no transaction and no locks, must claim and commit
    itself, and may return a `Counts` of what it did.
    """

    name: str
    due: Callable[[datetime], QuerySet[Any]]
    act: Callable[[list[Any], datetime], Counts | None]
    lock: Callable[[list[int]], object] | None = None
    again: Callable[[datetime, list[int]], QuerySet[Any]] | None = None
    atomic: bool = True


@dataclass
class JobPass:
    """One pass of a job: its options, and its counts so far."""

    job: str
    at: datetime
    options: Options
    lease: Lease
    quarantine: Quarantine
    counts: Counts = field(default_factory=Counts)


def keys_of(due: QuerySet[Any]) -> list[int]:
    """The primary keys of all rows that are due, in order.

    Sorted in Python: with ORDER BY on the primary key, SQLite scans the whole table in that order instead of using the
    index for the filter, and PostgreSQL may do the same if there is a LIMIT.
    """
    return sorted(due.order_by().values_list("pk", flat=True))


def due_pks(step: Step, *, at: datetime, limit: int | None, quarantine: Quarantine) -> list[int]:
    """The primary keys of the rows that the step would process as of `at`, in order: due and not in quarantine."""
    due = step.due(at)
    pks = keys_of(due)
    if len(quarantine):
        pks = [pk for pk in pks if not quarantine.should_skip(row_name(due.model, pk))]
    return pks[:limit]


def run_step(step: Step, current: JobPass) -> None:
    """Process everything that is due in the step. Raises only infrastructure errors, and errors of `due` itself."""
    options = current.options
    pks = with_retries(partial(due_pks, step, at=current.at, limit=options.limit, quarantine=current.quarantine))
    for batch in _slices(pks, options.batch_size):
        with_retries(current.lease.renew)
        try:
            current.counts.add(with_retries(partial(process_batch, step, batch, current)))
        except Exception as error:
            if is_infrastructure(error):
                raise
            logger.warning("%s: batch of %d rows rolled back", current.job, len(batch), exc_info=True)
            _one_by_one(step, batch, current, error)


def _one_by_one(step: Step, batch: list[int], current: JobPass, error: Exception) -> None:
    """Process a failed batch row by row and quarantine the rows that raise. `error` is what the batch raised."""
    for pk in batch:
        try:
            if len(batch) == 1:
                raise error
            with_retries(current.lease.renew)
            current.counts.add(with_retries(partial(process_batch, step, [pk], current)))
        except Exception as row_error:
            if is_infrastructure(row_error):
                raise
            row = row_name(step.due(current.at).model, pk)
            with_retries(partial(current.quarantine.add, row, row_error))
            current.counts.add(Counts(failed=1, error=f"{row} is quarantined: {one_line(row_error)}"))
            logger.error("%s: %s is quarantined: %s", current.job, row, one_line(row_error))


def process_batch(step: Step, pks: list[int], current: JobPass) -> Counts:
    """Lock a batch, check again which rows are due, and process them; in one transaction if the step is atomic."""
    due = step.due(current.at)
    with transaction.atomic() if step.atomic else nullcontext():
        if step.atomic:
            step.lock(pks) if step.lock is not None else lock_rows(due.model, pks)
        # A second query, so that changes committed while we waited for the locks are seen.
        still_due = step.again(current.at, pks) if step.again else due
        rows = list(still_due.filter(pk__in=pks).order_by("pk"))
        counts = Counts(passed_over=len(pks) - len(rows))
        if rows:
            names = [row_name(due.model, row.pk) for row in rows]
            counts.add(step.act(rows, current.at) or Counts(done=len(rows)))
            current.quarantine.release(names)
    return counts


def lock_rows(model: type[Model], pks: list[int]) -> None:
    """Lock the rows in primary key order until the transaction ends."""
    locked = model._base_manager.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    list(locked.values_list("pk", flat=True))  # a queryset that is not evaluated locks nothing


def _slices(pks: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(pks), size):
        yield pks[start : start + size]
