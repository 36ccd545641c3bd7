from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.errors import UnknownPermission
from accounts.roles_page import roles_table
from accounts.services import sync_roles


class Command(BaseCommand):
    help = "Create or update the groups defined in accounts/roles.py, with exactly those permissions. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--print-table", action="store_true", help="only print the table of docs/roles.md")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["print_table"]:
            self.stdout.write(roles_table())
            return
        try:
            changes = sync_roles()
        except UnknownPermission as error:
            raise CommandError(f"no such permission (has migrate run?): {error}") from error
        self.stdout.write("roles: " + ("; ".join(map(str, changes)) or "nothing to change"))
