"""Rows for tests of film hire."""

from datetime import date, timedelta
from typing import Any

from film_hire.models import Contract, Statement, StatementAddress
from screenings.models import Cinema, Distributor, Film
from tests.helpers.factories import NOON

THURSDAY = date(2026, 11, 5)  # NOON is on it; weeks of cinemas begin on Thursdays


def a_distributor(name: str = "Volga", *, email: str = "") -> Distributor:
    """A distributor, with an address to which statements are sent by themselves, if one is given."""
    distributor = Distributor.objects.get_or_create(name=name)[0]
    if email:
        StatementAddress.objects.get_or_create(
            distributor=distributor, email=email, defaults={"format": "csv", "language": "en"}
        )
    return distributor


def a_contract(film: Film, distributor: Distributor | None = None, **terms: Any) -> Contract:
    """Half of the box office without VAT, from THURSDAY on."""
    terms = {"starts_on": THURSDAY, "percents": "50", **terms}
    return Contract.objects.create(film=film, distributor=distributor or a_distributor(), **terms)


def a_statement(cinema: Cinema, distributor: Distributor | None = None, **values: Any) -> Statement:
    """A statement without lines."""
    last = THURSDAY + timedelta(days=6)
    values = {"first": THURSDAY, "last": last, "counted_until": last, "made_at": NOON, **values}
    return Statement.objects.create(distributor=distributor or a_distributor(), cinema=cinema, **values)
