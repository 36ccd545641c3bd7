from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pricing.quotes import CannotReplay, replay
from screenings.models import PriceQuote


class Command(BaseCommand):
    help = "Compute a stored price quote again from its inputs, and compare."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("quote", type=int, help="number of the price quote")

    def handle(self, *args: Any, quote: int, **options: Any) -> None:
        row = PriceQuote.objects.filter(pk=quote).first()
        if row is None:
            raise CommandError(f"There is no price quote {quote}.", returncode=1)
        try:
            price = replay({"inputs": row.inputs, "inputs_hash": row.inputs_hash, "policy": row.policy})
        except CannotReplay as error:
            raise CommandError(f"Price quote {quote} cannot be computed again: {error}", returncode=1) from error
        self.stdout.write(f"{row.at.isoformat()} {row.price} stored, {price} computed again")
        for reason in row.reasons:
            self.stdout.write(f"  {reason['code']}: {reason['text']}")
        if price is None or row.price != type(row.price)(price):
            raise CommandError(f"Price quote {quote} has another price now.", returncode=1)
