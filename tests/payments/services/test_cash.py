"""Movements of cash: of a drawer in its shift, and between safe, change fund and bank."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.errors import ApprovalRequired
from cinema.validators import ReasonNeeded
from payments.errors import CashOutStopped, NotEnoughCash, ShiftNotOpen, WrongCashAmount
from payments.models import CashMovement, CashPlace
from payments.services import end_shift, move_between, move_cash
from payments.services.cash import place_of
from tests.helpers.assertions import raises_unchanged
from tests.helpers.cash import a_shift, cash_of
from tests.helpers.factories import NOON, a_cinema
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db

Kind = CashMovement.Kind


def test_cash_is_brought_in_taken_out_and_dropped_to_the_safe():
    shift = a_shift(opening_float=Decimal(1000))

    move_cash(shift, kind=Kind.CASH_IN, amount=Decimal("300.50"), reason="More change", at=NOON)
    move_cash(shift, kind=Kind.CASH_OUT, amount=Decimal("100.50"), reason="A taxi", at=NOON)
    move_cash(shift, kind=Kind.DROP, amount=Decimal(700), reason="", at=NOON)

    assert cash_of(shift.cinema) == {"DRAWER": Decimal(500), "SAFE": Decimal(700), "CHANGE_FUND": Decimal(0)}
    assert invariant_violations() == []


@pytest.mark.parametrize(
    ("kind", "amount", "reason", "refusal"),
    [
        (Kind.CASH_OUT, Decimal(1001), "A taxi", NotEnoughCash),
        (Kind.DROP, Decimal(1001), "", NotEnoughCash),
        (Kind.CASH_OUT, Decimal(1), " ", ReasonNeeded),
        (Kind.CASH_IN, Decimal(0), "Nothing", WrongCashAmount),
        (Kind.CASH_IN, Decimal("0.001"), "A trifle", WrongCashAmount),
        (Kind.CASH_IN, Decimal("NaN"), "Not a number", WrongCashAmount),
    ],
)
def test_what_is_not_possible_moves_nothing(kind, amount, reason, refusal):
    shift = a_shift(opening_float=Decimal(1000))
    before = cash_of(shift.cinema), CashMovement.objects.count()

    with pytest.raises(refusal):
        move_cash(shift, kind=kind, amount=amount, reason=reason, at=NOON)

    assert (cash_of(shift.cinema), CashMovement.objects.count()) == before


def test_cash_out_counts_towards_the_limit_for_one_person(settings):
    settings.APPROVAL_LIMITS = {"orders.refund": Decimal(100)}
    shift = a_shift(opening_float=Decimal(1000))
    out = {"kind": Kind.CASH_OUT, "reason": "A taxi", "at": NOON, "actor": shift.cashier}
    move_cash(shift, amount=Decimal(60), **out)
    move_cash(shift, kind=Kind.DROP, amount=Decimal(500), reason="", at=NOON, actor=shift.cashier)

    with raises_unchanged(ApprovalRequired):
        move_cash(shift, amount=Decimal(41), **out)

    move_cash(shift, amount=Decimal(40), **out)
    assert shift.drawer.movements.filter(kind=Kind.CASH_OUT).count() == 2


def test_what_the_drawer_should_hold_is_not_found_out_by_trying():
    shift = a_shift(opening_float=Decimal(1000))
    for amount in (4000, 2000, 1001):
        with pytest.raises(NotEnoughCash):
            move_cash(shift, kind=Kind.DROP, amount=Decimal(amount), reason="", at=NOON)

    for kind in (Kind.DROP, Kind.CASH_OUT):
        with pytest.raises(CashOutStopped):
            move_cash(shift, kind=kind, amount=Decimal(900), reason="A taxi", at=NOON)

    move_cash(shift, kind=Kind.CASH_IN, amount=Decimal(1), reason="Found", at=NOON)
    shift.refresh_from_db()
    assert shift.refused_cash == 3


def test_no_cash_moves_in_a_shift_that_has_ended():
    shift = a_shift(opening_float=Decimal(1000))
    end_shift(shift, at=NOON)

    with pytest.raises(ShiftNotOpen):
        move_cash(shift, kind=Kind.CASH_IN, amount=Decimal(1), reason="Found", at=NOON)


def test_the_safe_is_brought_to_the_bank():
    shift = a_shift(opening_float=Decimal(1000))
    move_cash(shift, kind=Kind.DROP, amount=Decimal(600), reason="", at=NOON)
    safe, bank = (place_of(shift.cinema_id, kind) for kind in (CashPlace.Kind.SAFE, CashPlace.Kind.BANK))

    move_between(safe, bank, amount=Decimal(400), reason="Bag 17", at=NOON)

    cash = cash_of(shift.cinema)
    assert (cash["SAFE"], cash["BANK"]) == (Decimal(200), Decimal(400))
    assert set(CashMovement.objects.filter(place=bank).values_list("kind", "amount")) == {(Kind.DEPOSIT, Decimal(400))}
    with pytest.raises(NotEnoughCash):
        move_between(safe, bank, amount=Decimal(201), reason="Bag 18", at=NOON)


def test_the_database_keeps_a_place_from_being_negative():
    safe = place_of(a_cinema().pk, CashPlace.Kind.SAFE)

    with pytest.raises(IntegrityError), transaction.atomic():
        CashPlace.objects.filter(pk=safe.pk).update(cash=Decimal(-1))


def test_cash_that_no_movement_explains_violates_an_invariant():
    shift = a_shift(opening_float=Decimal(1000))
    CashPlace.objects.filter(pk=shift.drawer_id).update(cash=Decimal(1001))

    assert [violation.row for violation in invariant_violations()] == [f"payments.cashplace:{shift.drawer_id}"]
