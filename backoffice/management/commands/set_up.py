from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.errors import UnknownPermission
from accounts.services import sync_roles
from screenings.services import create_standard_ticket_types


class Command(BaseCommand):
    help = (
        "Create what a new installation needs to sell: the roles and, if there are none, the ticket types. "
        "Run it after migrate; safe to repeat, and part of every upgrade."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changes = sync_roles()
        except UnknownPermission as error:
            raise CommandError(f"no such permission (has migrate run?): {error}") from error
        created = create_standard_ticket_types()
        self.stdout.write("roles: " + ("; ".join(map(str, changes)) or "nothing to change"))
        self.stdout.write("ticket types: " + ("; ".join(map(str, created)) or "nothing to change"))
