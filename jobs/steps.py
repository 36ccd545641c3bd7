"""How a job works through what is due: in batches, each its own transaction, with bad rows set aside."""

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
    """What became of the rows of a pass; `error` is one line that says what went wrong, if something did."""

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

    `due(at)` is a queryset of one model that can still be filtered: no slice, no union. `act(rows, at)` gets rows that
    are due, locked, in the order of their primary key, inside a transaction; what it raises takes back the batch.
    `again(at, pks)` is the same rule asked about a locked batch, for a `due` that other tables decide: they are then
    asked about these rows alone.
    `lock(pks)` replaces the lock on the rows by primary key where something else must be locked before them.
    A step that is not `atomic` talks to a network: its `act` gets no transaction and no locks, claims and commits by
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
    """One pass of a job: what it was asked, and what it has done so far."""

    job: str
    at: datetime
    options: Options
    lease: Lease
    quarantine: Quarantine
    counts: Counts = field(default_factory=Counts)


def keys_of(due: QuerySet[Any]) -> list[int]:
    """The primary keys of all that is due, in order.

    Sorted here: asked for rows in the order of their key, SQLite walks the whole table in that order instead of using
    the index that serves what is due, and PostgreSQL is tempted to where there is a LIMIT as well.
    """
    return sorted(due.order_by().values_list("pk", flat=True))


def due_pks(step: Step, *, at: datetime, limit: int | None, quarantine: Quarantine) -> list[int]:
    """The primary keys that the step would try as of `at`, in order: due, and not held back by the quarantine."""
    due = step.due(at)
    pks = keys_of(due)
    if len(quarantine):
        pks = [pk for pk in pks if not quarantine.should_skip(row_name(due.model, pk))]
    return pks[:limit]


def run_step(step: Step, current: JobPass) -> None:
    """Work through everything that is due in the step. Raises only when the machine failed, or `due` itself did."""
    options = current.options
    pks = with_retries(partial(due_pks, step, at=current.at, limit=options.limit, quarantine=current.quarantine))
    for batch in _slices(pks, options.batch_size):
        with_retries(current.lease.renew)
        try:
            current.counts.add(with_retries(partial(process_batch, step, batch, current)))
        except Exception as error:
            if is_infrastructure(error):
                raise
            logger.warning("%s: %d rows taken back", current.job, len(batch), exc_info=True)
            _one_by_one(step, batch, current, error)


def _one_by_one(step: Step, batch: list[int], current: JobPass, error: Exception) -> None:
    """Find the rows that raise and set them aside, so that the others go on. `error` is what the whole batch raised."""
    for pk in batch:
        try:
            if len(batch) == 1:
                raise error
            with_retries(current.lease.renew)
            current.counts.add(with_retries(partial(process_batch, step, [pk], current)))
        except Exception as own:
            if is_infrastructure(own):
                raise
            row = row_name(step.due(current.at).model, pk)
            with_retries(partial(current.quarantine.add, row, own))
            current.counts.add(Counts(failed=1, error=f"{row} is quarantined: {one_line(own)}"))
            logger.error("%s: %s is quarantined: %s", current.job, row, one_line(own))


def process_batch(step: Step, pks: list[int], current: JobPass) -> Counts:
    """One batch, in one transaction where the step is atomic: lock the rows, read again which are due, act on those."""
    due = step.due(current.at)
    with transaction.atomic() if step.atomic else nullcontext():
        if step.atomic:
            step.lock(pks) if step.lock is not None else lock_rows(due.model, pks)
        # A second statement, so that what was decided while we waited for the locks is seen.
        still_due = step.again(current.at, pks) if step.again else due
        rows = list(still_due.filter(pk__in=pks).order_by("pk"))
        counts = Counts(passed_over=len(pks) - len(rows))
        if rows:
            names = [row_name(due.model, row.pk) for row in rows]
            counts.add(step.act(rows, current.at) or Counts(done=len(rows)))
            current.quarantine.release(names)
    return counts


def lock_rows(model: type[Model], pks: list[int]) -> None:
    """Lock the rows in the order of their primary key until the transaction ends."""
    locked = model._base_manager.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    list(locked.values_list("pk", flat=True))  # a queryset that is not evaluated locks nothing


def _slices(pks: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(pks), size):
        yield pks[start : start + size]
