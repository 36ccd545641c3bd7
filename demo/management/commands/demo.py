import gc
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from cinema import clock
from demo.arrangements import add_arrangements
from demo.builder import DatabaseState, build, database_state
from demo.connections import add_campaign, add_consents, create_marketing_list, create_partner, create_proposals
from demo.face import add_face
from demo.film_pages import add_film_pages, add_pictures_of_the_bar
from demo.job_report import HEADINGS, format_table, run_all_jobs
from demo.logins import create_logins
from demo.other_languages import add_other_languages
from demo.progress import ProgressBar
from demo.scheduled_reports import schedule_reports
from demo.till_and_bar import add_gift_cards, add_recipe_and_combo
from demo.waiting_lists import add_waiting_lists

ADDRESS = "127.0.0.1:8000"
BAD_INPUT = 2


class Command(BaseCommand):
    requires_system_checks = []  # runserver runs them
    help = (
        "Fill a small cinema chain (the first time), run every job once, serve the shop and the admin. For developers."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="stop after printing the log-ins")
        parser.add_argument("--fresh", action="store_true", help="delete the demo's data and start over")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo is for a developer's machine: set DEBUG=true.", returncode=BAD_INPUT)
        # With DEBUG Django logs every query, which on SQLite costs a further query each.
        connection.make_debug_cursor = connection.make_cursor  # type: ignore[assignment, method-assign]
        try:
            self.fill(fresh=options["fresh"])
            self.run_jobs()
        finally:
            del connection.make_debug_cursor
        self.print_logins()
        if not options["no_serve"]:
            self.serve()

    def fill(self, *, fresh: bool) -> None:
        state = database_state()
        if state is DatabaseState.OTHER:
            raise CommandError(f"The database holds {state.value}: use another one.", returncode=BAD_INPUT)
        if state is DatabaseState.DEMO and not fresh:
            return
        if state is DatabaseState.DEMO:
            call_command("flush", interactive=False, verbosity=0)
        started = clock.monotonic()
        gc.disable()  # which would look at hundreds of thousands of rows again and again
        try:
            build(at=clock.now(), progress=ProgressBar("Creating orders", sys.stderr).show)
            add_film_pages(at=clock.now())
            add_other_languages()
            add_face(at=clock.now())
            add_campaign(at=clock.now())
            add_consents(at=clock.now())
            add_recipe_and_combo(at=clock.now())
            add_pictures_of_the_bar()
            code = add_gift_cards(at=clock.now())
            add_arrangements(at=clock.now())
            add_waiting_lists(at=clock.now())
        finally:
            gc.enable()
        self.stdout.write(f"A gift card to pay with, 3000: {code} (shown only now)")
        self.stdout.write(f"Demo data created in {clock.monotonic() - started:.0f} s")

    def run_jobs(self) -> None:
        results = list(run_all_jobs())
        for text in format_table([HEADINGS, *(result.cells for result in results)]):
            self.stdout.write(text)
        if errors := [f"{result.job}: {result.error}" for result in results if result.error]:
            raise CommandError("\n".join(errors))

    def print_logins(self) -> None:
        staff, customers, password = create_logins()
        self.stdout.write(
            f"\nhttp://{ADDRESS}/   the shop: buy with any e-mail address; the bank takes no money. Customers:"
        )
        for email in customers:
            self.stdout.write(f"  {email}   (has points)")
        self.stdout.write(f"http://{ADDRESS}/admin/   the admin. One login per role:")
        for email in staff:
            self.stdout.write(f"  {email}")
        self.stdout.write(f"Password for all of them: {password}")

    def serve(self) -> None:
        create_proposals(at=clock.now())
        create_marketing_list(at=clock.now())
        schedule_reports(at=clock.now())
        key = create_partner(f"http://{ADDRESS}/webhooks/demo-receiver/", at=clock.now())
        self.stdout.write(f"http://{ADDRESS}/api/   the API. A key of a partner: {key}")
        self.stdout.write(
            f"http://{ADDRESS}/webhooks/demo-receiver/   a receiver of webhooks: `manage.py send_webhooks` posts them."
        )
        self.stdout.write(
            "E-mails: `manage.py deliver_notifications` writes them to var/mail. Ctrl-C stops the server."
        )
        self.stdout.flush()
        call_command("runserver", ADDRESS, use_reloader=False)
