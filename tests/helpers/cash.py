"""Shifts at a cash drawer, and the cash of a cinema."""

from datetime import datetime
from decimal import Decimal
from itertools import count
from uuid import uuid4

from accounts.models import User
from payments.models import CashPlace, GiftCard, Shift
from payments.services import open_shift, sell_gift_card
from screenings.models import Cinema
from tests.helpers.factories import NOON, a_cinema
from tests.helpers.users import someone

_numbers = count(10_001)  # for names that must be unique; of five digits: rows sort by them as they were made


def a_drawer(cinema: Cinema | None = None) -> CashPlace:
    return CashPlace.objects.create(cinema=cinema or a_cinema(), name=f"Till {next(_numbers)}")


def a_shift(
    cinema: Cinema | None = None,
    *,
    opening_float: Decimal = Decimal(0),
    at: datetime = NOON,
    cashier: User | None = None,
) -> Shift:
    """An open shift of a cashier at a drawer of its own."""
    drawer = a_drawer(cinema)
    person = cashier or someone("cashier", drawer.cinema, email=f"cashier{next(_numbers)}@example.org")
    return open_shift(drawer, opening_float=opening_float, at=at, actor=person)


def a_gift_card(
    shift: Shift,
    *,
    amount: Decimal = Decimal(1000),
    tender: str = "cash",
    at: datetime = NOON,
    actor: User | None = None,
) -> GiftCard:
    seller = actor or shift.cashier
    return sell_gift_card(shift, amount=amount, tender=tender, request=uuid4(), at=at, actor=seller)[0]


def cash_of(cinema: Cinema) -> dict[str, Decimal]:
    """The cash of the cinema's places, by their kind: of one drawer at most."""
    return dict(CashPlace.objects.filter(cinema=cinema).values_list("kind", "cash"))
