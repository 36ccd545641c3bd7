"""What every job shares. A job says what is due and what to do with it; all else is here."""

import logging
from argparse import ArgumentParser
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import QuerySet

from cinema import clock
from jobs import leases, runs
from jobs.leases import Lease
from jobs.models import JobRun
from jobs.options import BAD_INPUT, BATCH_SIZE, BadInput, Options
from jobs.quarantine import Quarantine, row_name
from jobs.retry import close_broken_connection, one_line, with_retries
from jobs.steps import Counts, JobPass, Step, due_pks, lock_rows, run_step

__all__ = ["Counts", "JobCommand", "JobPass", "Step"]

logger = logging.getLogger(__name__)

ROWS_SHOWN = 20  # rows of a dry run


class JobCommand(BaseCommand):
    """A management command that cron runs.

    A job has `help`, `due(at)` and `act(rows, at)`; where it needs them, `lock`, `again` and `atomic` as well. `Step`
    says what each may rely on. A job with several rules gives `steps()` instead, and one without rows `work(current)`.
    """

    requires_system_checks = []
    batch_size: ClassVar[int] = BATCH_SIZE  # unless --batch-size says otherwise
    atomic: ClassVar[bool] = True  # False for a job that talks to a network
    job: ClassVar[str]  # its name: that of the command's file

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not hasattr(cls, "job"):
            cls.job = cls.__module__.rpartition(".")[2]

    # --- What a job says

    def due(self, at: datetime, /) -> QuerySet[Any]:
        """What the job would act on as of `at`."""
        raise NotImplementedError

    def act(self, rows: list[Any], at: datetime, /) -> Counts | None:
        """Do it, for all `rows`, which are due."""
        raise NotImplementedError

    def lock(self, pks: list[int], /) -> None:
        """Lock a batch before it is read again. Override it where something else has to be locked first."""
        lock_rows(self.due(clock.now()).model, pks)

    def again(self, at: datetime, pks: list[int], /) -> QuerySet[Any]:
        """What of a locked batch is still due. Override it where `due` is slow unless it knows the rows."""
        return self.due(at)

    def steps(self) -> list[Step]:
        """The job's rules, in the order in which a pass takes them."""
        return [Step("", self.due, self.act, lock=self.lock, again=self.again, atomic=self.atomic)]

    def work(self, current: JobPass) -> None:
        """One pass; a job without rows to act on does its work here and counts it in `current.counts`."""
        for step in self.steps():
            run_step(step, current)
        if current.options.limit is None:
            with_retries(current.quarantine.release_unseen)

    # --- How it is called

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        # argparse would print its usage as well: a dozen lines in a log, of which one matters.
        parser.error = partial(_refuse, parser)  # type: ignore[method-assign]
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        Options.add_arguments(parser, batch_size=self.batch_size)

    def handle(self, *args: Any, **given: Any) -> None:
        options = Options.parse(given)
        if options.dry_run:
            self.show(options)
            return
        troubles = []
        beginning = clock.monotonic()
        for number in range(60 // options.every if options.every else 1):
            if number:
                clock.sleep(max(0.0, beginning + number * (options.every or 0) - clock.monotonic()))
                close_broken_connection()  # one that died during the wait must not fail the pass
            troubles += self.run_pass(options)
        if troubles:
            raise CommandError(f"{self.job}: {'; '.join(troubles)}", returncode=1)

    def show(self, options: Options) -> None:
        """The dry run: what a pass would try, step by step. Changes nothing, records nothing."""
        at = options.at or clock.now()
        quarantine = Quarantine(self.job, at=at)
        for step in self.steps():
            pks = due_pks(step, at=at, limit=options.limit, quarantine=quarantine)
            title = f"{self.job}, {step.name}" if step.name else self.job
            self.stdout.write(f"{title}: {len(pks)} due as of {at.isoformat()}")
            due = step.due(at)
            for row in due.filter(pk__in=pks[:ROWS_SHOWN]).order_by("pk"):
                self.stdout.write(f"  {row_name(due.model, row.pk)} {_shown(row)}")
            if len(pks) > ROWS_SHOWN:
                self.stdout.write(f"  and {len(pks) - ROWS_SHOWN} more")
        if len(quarantine):
            self.stdout.write(f"{self.job}: {len(quarantine)} in quarantine")

    def run_pass(self, options: Options) -> list[str]:
        """One pass with its lease and its record; says what went wrong, in words."""
        now, beginning = clock.now(), clock.monotonic()
        at = options.at or now
        try:
            started = with_retries(partial(self._start, at=at, now=now))
        except Exception as error:
            logger.exception("%s could not start", self.job)
            return [f"could not start: {one_line(error)}"]
        if started is None:
            self.stdout.write(f"{self.job}: another copy is running; nothing to do.")
            return []
        lease, run = started
        counts = Counts()
        trouble: BaseException | None = None
        try:
            quarantine = with_retries(partial(Quarantine, self.job, at=at))
            self.work(JobPass(self.job, at, options, lease, quarantine, counts))
        except BaseException as error:
            trouble = error
            counts.error = one_line(error)
            if not isinstance(error, Exception):  # Ctrl-C, or told to exit: on record as well
                raise
            logger.exception("%s: the pass failed", self.job)
        finally:
            took = clock.monotonic() - beginning
            troubles = self._finish(lease, run, counts, now=now + timedelta(seconds=took))
        self.stdout.write(
            f"{self.job}: {counts.done} done, {counts.passed_over} passed over, {counts.failed} failed in {took:.2f} s"
        )
        if trouble is not None:
            troubles.append(counts.error)
        elif counts.failed or counts.error:
            troubles.append(f"{counts.failed} failed: {counts.error}")
        return troubles

    def _start(self, *, at: datetime, now: datetime) -> tuple[Lease, JobRun] | None:
        with transaction.atomic():
            lease = leases.acquire(self.job, at=now)
            if lease is None:
                return None
            if lease.taken_over:
                runs.mark_abandoned(self.job)
            return lease, runs.start(self.job, at=at, now=now)

    def _finish(self, lease: Lease, run: JobRun, counts: Counts, *, now: datetime) -> list[str]:
        def finish() -> None:
            with transaction.atomic():
                runs.finish(run, now=now, **vars(counts))
                lease.release(at=now)

        try:
            with_retries(finish)
        except Exception as error:
            logger.exception("%s could not record its pass", self.job)
            return [f"could not record its pass: {one_line(error)}"]
        return []


def _refuse(parser: ArgumentParser, message: str) -> None:
    refusal = BadInput(message)
    if getattr(parser, "called_from_command_line", False):
        parser.exit(BAD_INPUT, f"{parser.prog}: {refusal}\n")
    raise refusal


def _shown(row: Any) -> str:
    try:
        return str(row)
    except Exception as error:  # a dry run is what one reaches for when a row is broken
        return f"({one_line(error)})"
