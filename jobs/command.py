"""The base class of all jobs. A job defines what is due and how to process it; the rest is shared here."""

import logging
from argparse import ArgumentParser
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import QuerySet

from cinema import clock
from house_rules.scope import rules_scope
from jobs import leases, runs
from jobs.leases import Lease
from jobs.models import JobRun
from jobs.options import BAD_INPUT, BATCH_SIZE, BadInput, Options
from jobs.quarantine import Quarantine, row_name
from jobs.retry import close_broken_connection, one_line, with_retries
from jobs.steps import Counts, JobPass, Step, due_pks, lock_rows, run_step

__all__ = ["Counts", "JobCommand", "JobPass", "Step"]

logger = logging.getLogger(__name__)

ROWS_SHOWN = 20  # in a dry run, for each step


class JobCommand(BaseCommand):
    """A management command that cron runs.

    A job defines `help`, `due(at)` and `act(rows, at)`, and overrides `lock`, `again` or `atomic` where necessary; see
    `Step` for what each may rely on. A job with several rules overrides `steps()` instead, and one that does not
    process rows overrides `work(current)`.
    """

    requires_system_checks = []
    batch_size: ClassVar[int] = BATCH_SIZE  # default of --batch-size
    atomic: ClassVar[bool] = True  # False for a job that talks to a network
    overdue_matters: ClassVar[bool] = True  # whether `check_invariants` reports rows that it leaves undone
    held_because: ClassVar[str] = ""  # why the rows of `held` wait, for the log and the dry run
    job: ClassVar[str]  # the job's name: the command's module name

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not hasattr(cls, "job"):
            cls.job = cls.__module__.rpartition(".")[2]

    # --- What a job defines

    def due(self, at: datetime, /) -> QuerySet[Any]:
        """The rows that the job would process as of `at`."""
        raise NotImplementedError

    def act(self, rows: list[Any], at: datetime, /) -> Counts | None:
        """Process a batch of rows, all of which are due."""
        raise NotImplementedError

    def held(self, at: datetime, /) -> QuerySet[Any] | None:
        """The rows that the job passes over on purpose until somebody else decides, for the reason `held_because`.

        They are counted as passed over by each pass, and are not overdue; `act` does not count them.
        """
        return None

    def lock(self, pks: list[int], /) -> None:
        """Lock a batch before it is read again. Override it if other rows have to be locked first."""
        lock_rows(self.due(clock.now()).model, pks)

    def again(self, at: datetime, pks: list[int], /) -> QuerySet[Any]:
        """The rows of a locked batch that are still due. Override it if `due` is slow when not limited to `pks`."""
        return self.due(at)

    def steps(self) -> list[Step]:
        """The job's rules, in the order in which a pass applies them."""
        return [Step("", self.due, self.act, lock=self.lock, again=self.again, atomic=self.atomic)]

    def work(self, current: JobPass) -> None:
        """Run one pass. A job that does not process rows overrides this and records its work in `current.counts`."""
        for step in self.steps():
            run_step(step, current)
        current.counts.passed_over += self.say_held(current.at)
        if current.options.limit is None:
            with_retries(current.quarantine.release_unseen)

    # --- Running

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        # argparse would also print its usage, a dozen lines, to the log; the error alone is enough.
        parser.error = partial(_bad_input, parser)  # type: ignore[method-assign]
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        Options.add_arguments(parser, batch_size=self.batch_size)

    def handle(self, *args: Any, **given: Any) -> None:
        options = Options.parse(given)
        if options.dry_run:
            with rules_scope():
                self.show(options)
            return
        errors = []
        begun_at = clock.monotonic()
        for number in range(60 // options.every if options.every else 1):
            if number:
                clock.sleep(max(0.0, begun_at + number * (options.every or 0) - clock.monotonic()))
                close_broken_connection()  # a connection lost during the wait must not fail the pass
            with rules_scope():
                errors += self.run_pass(options)
        if errors:
            raise CommandError(f"{self.job}: {'; '.join(errors)}", returncode=1)

    def show(self, options: Options) -> None:
        """Dry run: print the rows that each step of a pass would process. Changes and records nothing."""
        at = options.at or clock.now()
        quarantine = Quarantine(self.job, at=at)
        for step in self.steps():
            pks = due_pks(step, at=at, limit=options.limit, quarantine=quarantine)
            title = f"{self.job}, {step.name}" if step.name else self.job
            self.stdout.write(f"{title}: {len(pks)} due as of {at.isoformat()}")
            due = step.due(at)
            for row in due.filter(pk__in=pks[:ROWS_SHOWN]).order_by("pk"):
                self.stdout.write(f"  {row_name(due.model, row.pk)} {_describe(row)}")
            if len(pks) > ROWS_SHOWN:
                self.stdout.write(f"  and {len(pks) - ROWS_SHOWN} more")
        self.say_held(at)
        if len(quarantine):
            self.stdout.write(f"{self.job}: {len(quarantine)} in quarantine")

    def say_held(self, at: datetime) -> int:
        """Print how many rows are held, if any, and return their number."""
        held = self.held(at)
        count = 0 if held is None else with_retries(held.count)
        if count:
            self.stdout.write(f"{self.job}: {count} held back: {self.held_because}")
        return count

    def run_pass(self, options: Options) -> list[str]:
        """Run one pass with its lease and `JobRun`; returns a line for each error."""
        now, begun_at = clock.now(), clock.monotonic()
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
        failure: BaseException | None = None
        try:
            quarantine = with_retries(partial(Quarantine, self.job, at=at))
            self.work(JobPass(self.job, at, options, lease, quarantine, counts))
        except BaseException as error:
            failure = error
            counts.error = one_line(error)
            if not isinstance(error, Exception):  # Ctrl-C or sys.exit: recorded, and raised again
                raise
            logger.exception("%s: the pass failed", self.job)
        finally:
            took = clock.monotonic() - begun_at
            errors = self._finish(lease, run, counts, now=now + timedelta(seconds=took))
        self.stdout.write(
            f"{self.job}: {counts.done} done, {counts.passed_over} passed over, {counts.failed} failed in {took:.2f} s"
        )
        if failure is not None:
            errors.append(counts.error)
        elif counts.failed or counts.error:
            errors.append(f"{counts.failed} failed: {counts.error}")
        return errors

    def _start(self, *, at: datetime, now: datetime) -> tuple[Lease, JobRun] | None:
        with transaction.atomic():
            lease = leases.acquire(self.job, at=now)
            if lease is None:
                return None
            if lease.taken_over:
                runs.mark_abandoned(self.job)
            return lease, runs.start(self.job, at=at, now=now)

    def _finish(self, lease: Lease, run: JobRun, counts: Counts, *, now: datetime) -> list[str]:
        def store_result() -> None:
            with transaction.atomic():
                runs.finish(run, now=now, **vars(counts))
                lease.release(at=now)

        try:
            with_retries(store_result)
        except Exception as error:
            logger.exception("%s could not record its pass", self.job)
            return [f"could not record its pass: {one_line(error)}"]
        return []


def _bad_input(parser: ArgumentParser, message: str) -> None:
    error = BadInput(message)
    if getattr(parser, "called_from_command_line", False):
        parser.exit(BAD_INPUT, f"{parser.prog}: {error}\n")
    raise error


def _describe(row: Any) -> str:
    try:
        return str(row)
    except Exception as error:  # a dry run must work even when a row is broken
        return f"({one_line(error)})"
