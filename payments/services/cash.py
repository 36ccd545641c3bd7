"""Moves cash: the only code that changes the cash of a place. Each change is a movement."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Value

from accounts.models import User
from accounts.services import require_approval_above_limit
from cinema.money import MAX_AMOUNT, ZERO, MoneyField, rounded
from cinema.validators import clean_reason
from payments.errors import CashOutStopped, NotEnoughCash, ShiftNotOpen, WrongCashAmount
from payments.models import CashMovement, CashPlace, Handover, Shift

Kind = CashMovement.Kind

#: What staff may do with the cash of a shift's drawer, and where it goes; None: in or out of the cinema.
OF_DRAWER: dict[str, tuple[int, str | None]] = {
    Kind.CASH_IN: (1, None),
    Kind.CASH_OUT: (-1, None),
    Kind.DROP: (-1, CashPlace.Kind.SAFE),
}


def place_of(cinema: int, kind: str) -> CashPlace:
    """The cinema's safe, change fund or bank, which is made when it is first needed.

    Must be called inside a transaction (a new row is saved).
    """
    found, _made = CashPlace.objects.get_or_create(cinema_id=cinema, kind=kind, defaults={"name": kind})
    return found


def check_amount(amount: Decimal, *, lowest: Decimal = Decimal("0.01")) -> None:
    """Raise `WrongCashAmount` for anything but an amount of money from `lowest` on. Reads only."""
    within = isinstance(amount, Decimal) and amount.is_finite() and lowest <= amount <= MAX_AMOUNT
    if not within or amount != rounded(amount):
        raise WrongCashAmount


def lock_open_shift(shift: Shift) -> Shift:
    """The shift as it is now, locked. Raises `ShiftNotOpen`.

    Must be called inside a transaction (locked after orders, as the last but the cash place).
    """
    row = Shift.objects.select_for_update(of=("self",), no_key=True).select_related("drawer").get(pk=shift.pk)
    if row.status != Shift.Status.OPEN:
        raise ShiftNotOpen
    return row


def book(place: CashPlace, *, kind: str, amount: Decimal, **movement: Any) -> CashMovement:
    """Change the cash of a place by a signed amount and record the movement. Raises `NotEnoughCash`.

    Must be called inside a transaction (the place is locked by its change; two places in the order of their ids).
    """
    rows = CashPlace.objects.filter(pk=place.pk)
    if amount < ZERO:
        rows = rows.filter(cash__gte=-amount)
    if not rows.update(cash=F("cash") + Value(amount, MoneyField())):
        raise NotEnoughCash(place)
    return CashMovement.objects.create(place=place, kind=kind, amount=amount, **movement)


def transfer(source: CashPlace, target: CashPlace, *, kind: str, amount: Decimal, **movement: Any) -> CashMovement:
    """Move cash from one place to another: two movements of one transfer, of which that of the target is returned.

    Raises `NotEnoughCash`. Must be called inside a transaction (the places are locked in the order of their ids).
    """
    one = uuid.uuid4()
    parts = sorted(((source, -amount), (target, amount)), key=lambda each: each[0].pk)
    moved = {place: book(place, kind=kind, amount=change, transfer=one, **movement) for place, change in parts}
    return moved[target]


def hand_in(drawer: CashPlace, place: CashPlace, *, actor: User | None, **movement: Any) -> None:
    """Put cash of a drawer into the safe or the change fund: it waits to be confirmed, unless the actor may bank cash.

    Raises `NotEnoughCash`. Must be called inside a transaction (as `transfer`).
    """
    moved = transfer(drawer, place, actor=actor, **movement)
    if actor is None or not actor.has_perm("payments.bank_cash"):
        Handover.objects.create(movement=moved)


def move_cash(
    shift: Shift, *, kind: str, amount: Decimal, reason: str, at: datetime, actor: User | None = None
) -> None:
    """Bring cash into the drawer of a shift, take some out, or drop some to the safe.

    What is refused for lack of cash is counted in the shift, and `Shift.MOST_REFUSED` of them stop the drawer: each
    tells something of what it should hold, which the cashier is to count without knowing. Raises `WrongCashAmount`,
    `ReasonNeeded` (a drop to the safe needs none), `ShiftNotOpen`, `NotEnoughCash` and `CashOutStopped`; and for cash
    out, which counts towards the actor's limit for refunds, `ApprovalRequired`. Owns its transaction.
    """
    try:
        _move_cash(shift, kind=kind, amount=amount, reason=reason, at=at, actor=actor)
    except NotEnoughCash:
        Shift.objects.filter(pk=shift.pk).update(refused_cash=F("refused_cash") + 1)
        raise


def _move_cash(shift: Shift, *, kind: str, amount: Decimal, reason: str, at: datetime, actor: User | None) -> None:
    check_amount(amount)
    sign, to = OF_DRAWER[kind]
    reason = clean_reason(reason) if to is None or reason else ""
    with transaction.atomic():
        row = lock_open_shift(shift)
        if sign < 0 and row.refused_cash >= Shift.MOST_REFUSED:
            raise CashOutStopped
        stamps: dict[str, Any] = {"shift": row, "at": at, "actor": actor, "reason": reason}
        if to is None:
            book(row.drawer, kind=kind, amount=sign * amount, **stamps)
            if sign < 0:
                require_approval_above_limit("orders.refund", amount, actor=actor, approver=None, at=at)
        else:
            hand_in(row.drawer, place_of(row.cinema_id, to), kind=kind, amount=amount, **stamps)


def move_between(
    source: CashPlace, target: CashPlace, *, amount: Decimal, reason: str, at: datetime, actor: User | None = None
) -> None:
    """Move cash between the safe, the change fund and the bank of a cinema; to the bank it is a deposit.

    Drawers are left to `move_cash`. Raises `WrongCashAmount`, `ReasonNeeded` and `NotEnoughCash`. Owns its transaction.
    """
    check_amount(amount)
    reason = clean_reason(reason)
    kinds = {source.kind, target.kind}
    if len(kinds) < 2 or CashPlace.Kind.DRAWER in kinds or source.cinema_id != target.cinema_id:
        raise ValueError("Cash moves between the safe, the change fund and the bank of one cinema.")
    kind = Kind.DEPOSIT if target.kind == CashPlace.Kind.BANK else Kind.MOVE
    with transaction.atomic():
        transfer(source, target, kind=kind, amount=amount, at=at, actor=actor, reason=reason)
