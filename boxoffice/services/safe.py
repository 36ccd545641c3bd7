"""The places where a cinema keeps cash, and what was moved between them."""

from django.db import transaction

from payments.models import CashMovement, CashPlace
from payments.services.cash import place_of
from screenings.models import Cinema

MOVABLE = [CashPlace.Kind.SAFE, CashPlace.Kind.CHANGE_FUND, CashPlace.Kind.BANK]
SHOWN = 50  # the last movements


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
