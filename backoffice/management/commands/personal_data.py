import json
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.core.management.base import CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from cinema import clock
from cinema.status import Refused
from customers.services import Customer, erase_customer, export_customer_data


class Command(BaseCommand):
    help = "Print the personal data of the customer with this e-mail address (or a guest's phone) as JSON, or erase it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")
        parser.add_argument(
            "--erase", action="store_true", help="erase names and addresses permanently; accounting records stay"
        )

    def handle(self, *args: Any, address: str, erase: bool, **options: Any) -> None:
        customer, at = Customer.known_by(address), clock.now()
        if not erase:
            data = export_customer_data(customer, at=at)
            self.stdout.write(json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
            return
        try:
            erase_customer(customer, at=at)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write("erased")
