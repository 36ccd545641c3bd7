from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.errors import NotAnApprover, UnknownPermission
from accounts.services import name_approvers, sync_roles
from allocations.services import create_standard_reasons
from cinema import clock
from screenings.services import create_standard_ticket_types


class Command(BaseCommand):
    help = (
        "Create what a new installation needs to sell: the roles and, if there are none, the ticket types and "
        "the reasons for complimentary tickets. "
        "Run it after migrate; safe to repeat, and part of every upgrade."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--approver",
            action="append",
            default=[],
            metavar="EMAIL",
            help="name an employee who may approve requests at once, however recent their account",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changes = sync_roles()
        except UnknownPermission as error:
            raise CommandError(f"no such permission (has migrate run?): {error}") from error
        created = create_standard_ticket_types()
        reasons = create_standard_reasons()
        self.stdout.write("roles: " + ("; ".join(map(str, changes)) or "nothing to change"))
        self.stdout.write("ticket types: " + ("; ".join(map(str, created)) or "nothing to change"))
        self.stdout.write("reasons for free tickets: " + ("; ".join(map(str, reasons)) or "nothing to change"))
        if options["approver"]:
            try:
                named = name_approvers(options["approver"], at=clock.now())
            except NotAnApprover as refusal:
                raise CommandError(str(refusal)) from refusal
            self.stdout.write("approvers: " + ("; ".join(one.email for one in named) or "nothing to change"))
