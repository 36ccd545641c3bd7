"""The rows of the table: what is measured, and how."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

import psycopg2
from django.conf import settings
from django.core.management import call_command, get_commands, load_command_class
from django.db import connection
from django.utils import timezone

from backoffice.framework.import_export.background import confirm, receive
from bonuses.models import Tier
from jobs.leases import Lease
from jobs.options import Options
from jobs.quarantine import Quarantine
from jobs.steps import JobPass, due_pks, process_batch
from tests.bench import pages, prices, reports, senders, shop, sql, till
from tests.bench.history import History
from tests.bench.measuring import alternate, contents, counted, difference, on
from tests.bench.pages import a_file_of_films
from tests.bench.world import DUE, OLD, GatewayHarness, analyse
from tests.helpers.users import someone
from tests.settings import SCRATCH

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Scale:
    old: int  # orders that are settled
    few_old: int  # the same in the small database that idle passes are compared with
    halls: int
    users: int
    pairs: int
    batch: int
    sessions_a_batch: int
    idle_pairs: int
    process_pairs: int
    hungry: int  # orders due in the pass whose memory is measured
    imported: int  # films of a file
    listed: int  # old orders behind the pages of the admin
    listed_halls: int
    listed_cinemas: int
    visits: int  # of each page
    holds: int  # pairs, at most 149: the hall has 300 seats
    sold: int  # old orders behind the box office
    shown: int  # sessions in the shop's week
    chain_sessions: int  # in the week of a chain of twenty cinemas
    films: int  # that it knows
    told: int  # rows for each sender of webhooks, of a list, and of messages
    history: History  # behind the reports


FULL = Scale(
    old=300_000, few_old=1_000, halls=600, users=20_000, pairs=20, batch=500, sessions_a_batch=50, idle_pairs=100,
    process_pairs=15, hungry=100_000, imported=100_000, listed=1_000_000, listed_halls=6_000, listed_cinemas=500,
    visits=15, holds=120, sold=100_000, shown=245, chain_sessions=5_000, films=50_000, told=10_000,
    history=History(tickets=1_000_000),
)  # fmt: skip
SMALL = Scale(
    old=500, few_old=100, halls=20, users=100, pairs=2, batch=10, sessions_a_batch=1, idle_pairs=2, process_pairs=2,
    hungry=20, imported=600, listed=500, listed_halls=40, listed_cinemas=4, visits=2, holds=2, sold=500, shown=10,
    chain_sessions=200, films=200, told=20,
    history=History(tickets=2_000, cinemas=2, days=20),
)  # fmt: skip


@dataclass(frozen=True)
class Contest:
    """A step of a job and the SQL that does the same."""

    job: str
    by_hand: Callable[[Any, list[int], Any], int]
    step: int = 0
    goal: float = 4.0
    most_queries: int | None = None

    @property
    def name(self) -> str:
        return self.job if self.step == 0 else f"{self.job}, step {self.step + 1}"

    def batch(self, scale: Scale) -> int:
        fewer = {"cleanup_completed_sessions": scale.sessions_a_batch, "update_tiers": scale.batch // 3}
        return fewer.get(self.job, scale.batch)  # so many sessions and accounts there are


CONTESTS = [
    Contest("cancel_expired_orders", sql.cancel_expired_orders, goal=2.0, most_queries=25),
    Contest("process_late_payment_orders", sql.process_late_payment_orders),
    Contest("refund_cancelled_sessions", sql.refund_cancelled_sessions),
    Contest("update_completed_order_statuses", sql.update_completed_order_statuses),
    Contest("process_refunded_orders", sql.process_refunded_orders),
    Contest("accrue_bonus_for_completed_orders", sql.accrue_bonus_for_completed_orders),
    Contest("expire_bonus_points", sql.expire_bonus_points),
    Contest("expire_bonus_points", sql.warn_of_expiry, step=1),
    Contest("cancel_expired_concession_preorders", sql.cancel_expired_concession_preorders),
    Contest("cleanup_completed_sessions", sql.cleanup_completed_sessions),
    Contest("send_ticket_usage_reminders", sql.send_ticket_usage_reminders),
    Contest("update_tiers", sql.update_tiers),
]

IDLE = [job for job in settings.JOB_SCHEDULE if job != "check_invariants"]


class Bench:
    def __init__(self, scale: Scale, *, only: Sequence[str], tell: Callable[[str], None]) -> None:
        self.scale, self.only, self.tell = scale, only, tell
        self.at = timezone.now()

    def run(self) -> None:
        contests = [contest for contest in CONTESTS if self.wants(f"{contest.name} against SQL")]
        idle = [job for job in IDLE if self.wants(f"{job} idle")]
        self.tell(f"{'what':52} {'measured':>44}  {'goal':>12}  met")
        if not self.only or any("admin" in word for word in self.only):
            self.admin_pages()
        if not self.only or any("shop" in word for word in self.only):
            self.shop()
        if not self.only or any(word in ("till", "door") for word in self.only):
            self.box_office()
        if not self.only or any("reports" in word for word in self.only):
            self.reports()
        if not self.only or any("prices" in word for word in self.only):
            self.prices()
        if not self.only or any("senders" in word for word in self.only):
            self.senders()
        if not self.only or any("import" in word for word in self.only):
            self.imports()
        if not (idle or contests or any(self.wants(row) for row in ("process idle", "check_invariants", "memory"))):
            return
        small = self.small_world() if idle else None
        world = self.world(self.scale.old)
        try:
            for job in idle:
                self.idle(job, small)
            if self.wants("process idle"):
                self.process()
            if self.wants("check_invariants"):
                self.invariants()
        finally:
            if small is not None:
                self.drop(small)
        if contests:
            self.make_due(world, contests)
        for contest in contests:
            self.against_sql(contest)
        if self.wants("memory"):
            self.memory(world)
        if contests:
            self.settle()

    def wants(self, row: str) -> bool:
        return not self.only or any(word in row for word in self.only)

    def row(self, what: str, measured: str, goal: str, met: bool) -> None:
        self.tell(f"{what:52} {measured:>44}  {goal:>12}  {'yes' if met else 'NO'}")

    # --- The rows

    def against_sql(self, contest: Contest) -> None:
        batch, pairs = contest.batch(self.scale), self.scale.pairs
        step = load_command_class(get_commands()[contest.job], contest.job).steps()[contest.step]
        lease, quarantine = Lease(contest.job, "bench", time.monotonic()), Quarantine(contest.job, at=self.at)
        current = JobPass(contest.job, self.at, Options(), lease, quarantine)
        pks = due_pks(step, at=self.at, limit=2 + 2 * batch * (pairs + 1), quarantine=quarantine)
        few, pks = pks[:2], pks[2:]
        batches = [pks[start : start + batch] for start in range(0, len(pks), batch)]
        with closing(psycopg2.connect(**_parameters())) as by_hand:

            def ours(keys: list[int]) -> None:
                tally = process_batch(step, keys, current)
                _expect(tally.done == len(keys), f"{contest.name}: {tally}")

            def theirs(keys: list[int]) -> None:
                with by_hand, by_hand.cursor() as cursor:
                    done = contest.by_hand(cursor, keys, self.at)
                _expect(done == len(keys), f"{contest.name} by hand: {done} of {len(keys)}")

            with counted() as at_few:
                ours(few)
            before = contents()
            with counted() as at_many:
                ours(batches[0])
            between = contents()
            theirs(batches[1])
            after = contents()
            written = difference(before, between), difference(between, after)
            _expect(written[0] == written[1], f"{contest.name} wrote {written[0]}, by hand {written[1]}")
            measured = alternate(
                lambda number: ours(batches[2 + 2 * number]),
                lambda number: theirs(batches[3 + 2 * number]),
                pairs=pairs,
            )
        each = sum(measured.ours) / pairs
        self.row(
            f"{contest.name} against SQL",
            f"{measured.ratio_of_sums:.2f} (pairs {measured.noise}; {batch / each:.0f}/s)",
            f"{contest.goal:.1f}",
            measured.ratio_of_sums <= contest.goal,
        )
        most = contest.most_queries
        self.row(
            f"{contest.name} queries a batch",
            f"{len(at_few)} for 2, {len(at_many)} for {batch}",
            f"equal, {most}" if most else "equal",
            len(at_few) == len(at_many) and (most is None or len(at_many) <= most),
        )

    def idle(self, job: str, small: Any) -> None:
        def on_many(_number: int) -> None:
            self.call(job)

        def on_few(_number: int) -> None:
            with on(small):
                self.call(job)

        steps = max(1, len(load_command_class(get_commands()[job], job).steps()))
        on_few(0)
        on_many(0)
        with counted() as queries:
            on_many(0)
        measured = alternate(on_many, on_few, pairs=self.scale.idle_pairs)
        self.row(
            f"{job} idle",
            f"{measured.median_ratio:.2f} (pairs {measured.noise}; {len(queries)} queries, {steps} steps)",
            "1.3, 8 a step",
            measured.median_ratio <= 1.3 and len(queries) <= 8 * steps,
        )

    def process(self) -> None:
        environment = _child_environment()

        def run(*arguments: str) -> None:
            subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=True, capture_output=True)

        measured = alternate(
            lambda _number: run("manage.py", "cancel_expired_orders"),
            lambda _number: run("-c", "import django; django.setup()"),
            pairs=self.scale.process_pairs,
        )
        self.row(
            "process idle, against django.setup()",
            f"{measured.median_ratio:.2f} (pairs {measured.noise})",
            "1.3",
            measured.median_ratio <= 1.3,
        )

    def memory(self, world: GatewayHarness) -> None:
        world.add(DUE["cancel_expired_orders"], self.scale.hungry)
        analyse()
        said, megabytes = _run_job("cancel_expired_orders", "--at", self.at.isoformat())
        self.row(f"memory: {said.partition(',')[0]}", f"{megabytes:.0f} MB", "120 MB", megabytes < 120)

    def imports(self) -> None:
        """A file of films is read and checked, and then stored."""
        database = self.another("imports")
        try:
            with on(database):
                made = receive(
                    a_file_of_films(self.scale.imported),
                    model="screenings.film",
                    person=someone("owner", all_cinemas=True),
                    language="en",
                    at=self.at,
                )
                for step in ("checked", "stored"):
                    begun = time.monotonic()
                    _said, megabytes = _run_job("import_files")
                    took = time.monotonic() - begun
                    made.refresh_from_db()
                    _expect(made.status == step.upper(), f"import: {made.status}, {made.problem}")
                    self.row(
                        f"import: {self.scale.imported} films {step}",
                        f"{took:.0f} s, {megabytes:.0f} MB",
                        "90 s, 200 MB",
                        took < 90 and megabytes < 200,
                    )
                    if step == "checked":
                        confirm(made, valid_rows=True, every_change=True, at=self.at)
        finally:
            self.drop(database)

    def invariants(self) -> None:
        begun = time.monotonic()
        self.call("check_invariants")
        took = time.monotonic() - begun
        self.row(f"check_invariants, {self.scale.old} orders", f"{took:.1f} s", "60 s", took < 60)

    def admin_pages(self) -> None:
        """Each page as the two who wait for it longest; the slower of them counts."""
        database = self.another("pages")
        try:
            with on(database):
                world = GatewayHarness(
                    at=self.at,
                    halls=self.scale.listed_halls,
                    users=self.scale.users,
                    cinemas=self.scale.listed_cinemas,
                )
                pages.create_rows_of_cinema(world, old=self.scale.listed, old_kinds=OLD)
                staff = pages.staff()
                for page in pages.pages():
                    if not self.wants(f"admin: {page.name}"):
                        continue
                    visits = [pages.visit(client, page, times=self.scale.visits) for client in staff.values()]
                    slowest = max(visits, key=lambda visit: visit.milliseconds)
                    met = all(page.met_by(visit) for visit in visits)
                    self.row(f"admin: {page.name}", str(slowest), page.goal, met)
        finally:
            self.drop(database)

    def shop(self) -> None:
        database = self.another("shop")
        try:
            with on(database):
                session = shop.open_house(self.at, sessions=self.scale.shown)
                for page in shop.pages(session):
                    visit = pages.visit(shop.visitor(), page, times=self.scale.visits)
                    self.row(f"shop: {page.name}", str(visit), page.goal, page.met_by(visit))
                pairs, queries = shop.holds(session.hall, self.at, times=self.scale.holds)
                took = median(pairs.ours) * 1000
                self.row("shop: a hold of two seats", f"{took:.1f} ms, {queries} queries", "6 queries", queries <= 6)
                measured = f"{pairs.median_ratio:.2f} ({pairs.noise})"
                self.row("shop: a hold against SQL", measured, "3.0 times", pairs.median_ratio <= 3.0)
                sale = shop.sell_out(session, self.at)
                name = f"shop: {shop.BUYERS} buyers, {sale.seats} seats"
                self.row(name, str(sale), "300 seats/s", sale.rate >= 300)
                shop.large_chain(self.at, sessions=self.scale.chain_sessions, films=self.scale.films)
                for page in shop.pages_of_large_chain():
                    visit = pages.visit(shop.visitor(), page, times=self.scale.visits)
                    self.row(f"shop: {page.name}", str(visit), page.goal, page.met_by(visit))
        finally:
            self.drop(database)

    def box_office(self) -> None:
        database = self.another("till")
        try:
            with on(database):
                self.world(self.scale.sold)
                for row in till.rows(self.at):
                    self.row(*row)
        finally:
            self.drop(database)

    def reports(self) -> None:
        """At the end its database is dropped: with ten million tickets it has some 15 GB."""
        database = self.another("reports")
        try:
            with on(database):
                for row in reports.rows(
                    self.scale.history, self.at, visits=self.scale.visits, run=_run_job, wants=self.wants
                ):
                    self.row(*row)
        finally:
            self.drop(database)

    def prices(self) -> None:
        database = self.another("prices")
        try:
            with on(database):
                sizes = prices.FULL if self.scale is FULL else prices.SMALL
                for row in prices.rows(sizes, self.at, parameters=_parameters()):
                    self.row(*row)
        finally:
            self.drop(database)

    def senders(self) -> None:
        database = self.another("senders")
        try:
            with on(database):
                for row in senders.rows(self.scale.told, self.at):
                    self.row(*row)
        finally:
            self.drop(database)

    def settle(self) -> None:
        """Whatever the contests left is done by the jobs; then the books of jobs and SQL must balance."""
        for job in IDLE:
            if job != "deliver_notifications":  # hundreds of thousands of mails, and nothing in the books
                self.call(job)
        self.call("check_invariants")
        self.row("the books balance after both", "yes", "yes", True)

    def call(self, job: str) -> None:
        call_command(job, at=self.at, stdout=StringIO())

    # --- The databases

    def world(self, old: int) -> GatewayHarness:
        world = GatewayHarness(at=self.at, halls=self.scale.halls, users=self.scale.users)
        world.found()
        for share, kind in OLD:
            world.add(kind, old * share // 10)
        analyse()
        return world

    def make_due(self, world: GatewayHarness, contests: Sequence[Contest]) -> None:
        for contest in contests:
            rows = 2 + 2 * contest.batch(self.scale) * (self.scale.pairs + 1)
            if contest.job == "expire_bonus_points":
                world.add_lapsing(rows)
            elif contest.job == "cleanup_completed_sessions":
                world.reopen_sessions(rows)
            elif contest.job == "update_tiers":  # whoever has bought anything reaches it
                Tier.objects.create(name="Everybody", threshold=1, extra_percent=10)
            else:
                world.add(DUE[contest.job], rows * 10 // 8 + 10)  # a fifth of the buyers are guests, who earn nothing
        analyse()

    def small_world(self) -> Any:
        """A second database of the same kind, with few old orders."""
        small = self.another("small")
        with on(small):
            self.world(self.scale.few_old)
        return small

    def another(self, suffix: str) -> Any:
        """A copy of the database, which has to be empty still."""
        name = f"{connection.settings_dict['NAME']}_{suffix}"
        usual = connection.settings_dict["NAME"]
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{usual}"')
        copy = connection.copy()
        copy.settings_dict["NAME"] = name
        return copy

    def drop(self, database: Any) -> None:
        database.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{database.settings_dict["NAME"]}"')


def _run_job(*arguments: str) -> tuple[str, float]:
    """Run a job in a process of its own: what it says, and the most memory that it had, in megabytes."""
    # A process in between, since a child's peak begins with what its parent has at the fork.
    script = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=_child_environment(), check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    said, peak = done.stdout.splitlines()
    return said, int(peak) / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _expect(fact: bool, otherwise: str) -> None:
    if not fact:
        raise AssertionError(otherwise)


def _parameters() -> dict[str, Any]:
    parameters = connection.get_connection_params()
    return {key: value for key, value in parameters.items() if key not in ("cursor_factory", "context")}


def _child_environment() -> dict[str, str]:
    """The project's own settings, as in production, on the bench's database."""
    given = connection.settings_dict
    login = f"{quote(given['USER'])}:{quote(given['PASSWORD'])}@{quote(given['HOST'])}"
    url = f"postgres://{login}{':' if given['PORT'] else ''}{given['PORT']}/{given['NAME']}"
    if socket := given["OPTIONS"].get("host"):
        url += f"?host={quote(socket)}"
    ours = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # cron has none
    return ours | {
        "DJANGO_SETTINGS_MODULE": "cinema.settings",
        "DATABASE_URL": url,
        "REPORT_FILES": str(SCRATCH / "reports"),  # where this process has them
    }
