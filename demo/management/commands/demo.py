import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from jobs import clock
from orders.demo import State, build, state
from orders.demo.people import let_in
from orders.demo.progress import Bar
from orders.demo.table import HEADINGS, laid_out, run_every_job

ADDRESS = "127.0.0.1:8000"
BAD_INPUT = 2


class Command(BaseCommand):
    requires_system_checks = []  # the server makes them
    help = "Fill a small cinema chain (the first time), run every job once, serve shop and admin. For developers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="end after the table of jobs")
        parser.add_argument("--fresh", action="store_true", help="throw the demo's data away and start over")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("demo is for a developer's machine: it needs DEBUG=true", returncode=BAD_INPUT)
        # With DEBUG Django keeps the text of every query, which on SQLite is one more query each.
        connection.make_debug_cursor = connection.make_cursor  # type: ignore[assignment, method-assign]
        try:
            self.fill(fresh=options["fresh"])
            self.run_jobs()
        finally:
            del connection.make_debug_cursor
        if not options["no_serve"]:
            self.serve()

    def fill(self, *, fresh: bool) -> None:
        holds = state()
        if holds is State.OTHER:
            raise CommandError(f"the database holds {holds.value}: name another one", returncode=BAD_INPUT)
        if holds is State.DEMO and not fresh:
            return
        if holds is State.DEMO:
            call_command("flush", interactive=False, verbosity=0)
        began = clock.monotonic()
        build(at=clock.now(), progress=Bar("filling the cinemas, orders", sys.stderr).show)
        self.stdout.write(f"the cinemas are filled, in {clock.monotonic() - began:.0f} s")

    def run_jobs(self) -> None:
        lines = list(run_every_job())
        for text in laid_out([HEADINGS, *(line.cells for line in lines)]):
            self.stdout.write(text)
        if errors := [f"{line.job}: {line.error}" for line in lines if line.error]:
            raise CommandError("\n".join(errors))

    def serve(self) -> None:
        staff, customers, password = let_in()
        self.stdout.write(f"\nhttp://{ADDRESS}/   the shop: buy with any address; the bank is a demonstration")
        for email in customers:
            self.stdout.write(f"  {email}   (has points)")
        self.stdout.write(f"http://{ADDRESS}/admin/   the staff's side, a log-in a role:")
        for email in staff:
            self.stdout.write(f"  {email}")
        self.stdout.write(f"password of all of them: {password}   (Ctrl-C ends)")
        self.stdout.write("letters: manage.py deliver_notifications puts them into var/mail")
        self.stdout.flush()
        call_command("runserver", ADDRESS, use_reloader=False)
