"""Cash in the safe and the change fund: what cashiers put there is confirmed by others, and the places are counted."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from accounts.services import are_independent
from cinema.money import ZERO
from payments.errors import ConfirmedBefore, HandoversWait, OwnHandover
from payments.models import CashMovement, CashPlace, Handover
from payments.services.cash import book, check_amount

COUNT = CashMovement.Kind.COUNT
COUNTABLE = (CashPlace.Kind.SAFE, CashPlace.Kind.CHANGE_FUND)


def confirm_handover(handover: Handover, *, found: Decimal, at: datetime, actor: User) -> Handover:
    """Record how much of what was dropped or handed in is there; what is over or short is posted about its shift.

    Raises `WrongCashAmount`, `ConfirmedBefore`, `OwnHandover` for whoever handed it in, also by a second account, and
    `NotEnoughCash` if the cash of the place went on before it was confirmed. Owns its transaction.
    """
    check_amount(found, lowest=ZERO)
    with transaction.atomic():
        row = Handover.objects.select_for_update(of=("self",), no_key=True).get(pk=handover.pk)
        if row.confirmed_at is not None:
            raise ConfirmedBefore
        moved = CashMovement.objects.select_related("place", "shift__cashier", "actor").get(handover=row)
        by = {moved.actor, moved.shift.cashier if moved.shift else None} - {None}
        if not all(are_independent(each, actor, at=at) for each in by if each):
            raise OwnHandover
        if difference := found - moved.amount:
            book(moved.place, kind=COUNT, amount=difference, shift=moved.shift, at=at, actor=actor)
        row.found, row.confirmed_at, row.confirmed_by = found, at, actor
        row.save(update_fields=["found", "confirmed_at", "confirmed_by"])
    return row


def count_place(place: CashPlace, *, counted: Decimal, at: datetime, actor: User) -> Decimal:
    """Post what a count of the safe or the change fund found over (positive) or short; returns it.

    Raises `WrongCashAmount`, and `HandoversWait` while something that was put there is not confirmed: what is missing
    of it belongs to its shift. Owns its transaction.
    """
    check_amount(counted, lowest=ZERO)
    if place.kind not in COUNTABLE:
        raise ValueError("Drawers are counted in their shifts, and the bank by itself.")
    with transaction.atomic():
        row = CashPlace.objects.select_for_update(of=("self",), no_key=True).get(pk=place.pk)
        if Handover.objects.waiting().filter(movement__place=row).exists():
            raise HandoversWait
        if difference := counted - row.cash:
            book(row, kind=COUNT, amount=difference, at=at, actor=actor)
    return difference
