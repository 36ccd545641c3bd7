"""The places where a cinema keeps cash, and what was moved between them."""

from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction

from boxoffice.errors import CashPlaceFull
from cinema.money import MoneyField
from payments.models import CashMovement, CashPlace, Handover, Shift
from payments.services import totals_of
from payments.services.cash import place_of
from payments.services.handovers import COUNTABLE
from screenings.models import Cinema

MOVABLE = [*COUNTABLE, CashPlace.Kind.BANK]
SHOWN = 50  # the last movements
OF_SHIFT = [CashPlace.Kind.DRAWER, *COUNTABLE]  # where a shift's cash goes
LIKELY_DIGITS = 5  # no count below 100,000 is asked about


def places_of(cinema: Cinema) -> list[CashPlace]:
    """The drawers of the cinema, its safe, its change fund and its bank, which are made when they are first needed.

    Owns its transaction.
    """
    with transaction.atomic():
        fixed = [place_of(cinema.pk, kind) for kind in MOVABLE]
    drawers = CashPlace.objects.filter(cinema=cinema, kind=CashPlace.Kind.DRAWER).order_by("name")
    return [*drawers, *fixed]


def last_movements(cinema: Cinema) -> list[CashMovement]:
    """What went into and out of the safe, the change fund and the bank, the latest first. One query. Reads only."""
    moved = CashMovement.objects.filter(place__cinema=cinema, place__kind__in=MOVABLE)
    return list(moved.select_related("place", "actor", "shift__drawer", "shift__cashier").order_by("-pk")[:SHOWN])


def handovers_waiting(cinema: Cinema) -> list[Handover]:
    """What was put into the safe and the change fund and nobody has confirmed, oldest first. One query. Reads only."""
    rows = Handover.objects.waiting().filter(movement__place__cinema=cinema).order_by("pk")
    return list(rows.select_related("movement__place", "movement__shift__drawer", "movement__shift__cashier"))


def is_unlikely(shift: Shift, counted: Decimal) -> bool:
    """Whether the count has a digit more than what is expected, which asking tells nobody exactly. Reads only."""
    expected = len(str(int(totals_of(shift).expected_cash)))
    return counted >= 10 ** max(expected, LIKELY_DIGITS)


def check_room(cinema: Cinema, amount: Decimal, *, kinds: Iterable[str] = OF_SHIFT) -> None:
    """Raise `CashPlaceFull` if one of these places cannot take so much more. One query. Reads only."""
    field = CashPlace._meta.get_field("cash")
    assert isinstance(field, MoneyField)
    if CashPlace.objects.filter(cinema=cinema, kind__in=kinds, cash__gt=field.highest - amount).exists():
        raise CashPlaceFull
