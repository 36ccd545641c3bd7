from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reports.services.rebuilding import mark_wrong_days, rebuild
from screenings.models import Cinema


class Command(BaseCommand):
    help = (
        "Compare the figures of all closed business days with the orders, and mark the days that differ: the next "
        "close of a day books what they lack. With --from-scratch, delete the figures and book every day again."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from-scratch", action="store_true", help="delete the figures of closed days, and book them again"
        )

    def handle(self, *args: Any, from_scratch: bool, **options: Any) -> None:
        cinemas = Cinema.objects.order_by("pk")
        if not from_scratch:
            self.stdout.write(f"{mark_wrong_days(cinemas)} days differ from the orders and will be counted again.")
            return
        self.stdout.write(f"{rebuild(cinemas)} rows were booked.")
