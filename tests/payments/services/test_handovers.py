"""Cash that is put into the safe and the change fund: confirmed by somebody else, and counted."""

from datetime import timedelta
from decimal import Decimal

import pytest

from payments.errors import ConfirmedBefore, HandoversWait, NotEnoughCash, OwnHandover, WrongCashAmount
from payments.models import CashMovement, CashPlace, Handover
from payments.services import confirm_handover, count_and_close, count_place, move_between, move_cash
from payments.services.cash import place_of
from tests.helpers.assertions import raises_unchanged
from tests.helpers.cash import a_shift, cash_of
from tests.helpers.factories import NOON
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db


@pytest.fixture
def shift():
    return a_shift(opening_float=Decimal(1000))


def dropped(shift, amount=Decimal(700)):
    move_cash(shift, kind="DROP", amount=amount, reason="", at=NOON, actor=shift.cashier)
    return Handover.objects.get(movement__kind="DROP")


def somebody(shift, role="floor_manager"):
    return someone(role, shift.cinema, email=f"{role}@example.org")


@pytest.mark.parametrize("found", [Decimal(700), Decimal("650.50"), Decimal(0), Decimal(710)])
def test_what_is_found_of_a_drop_is_posted_about_its_shift(shift, found):
    handover, manager = dropped(shift), somebody(shift)

    confirm_handover(handover, found=found, at=NOON, actor=manager)

    counts = CashMovement.objects.filter(kind="COUNT")
    difference = found - 700
    assert [(each.place.kind, each.amount, each.shift, each.actor) for each in counts] == (
        [("SAFE", difference, shift, manager)] if difference else []
    )
    assert cash_of(shift.cinema)["SAFE"] == found
    assert not Handover.objects.waiting().exists()
    assert invariant_violations() == []


def test_what_is_handed_in_at_the_close_waits_too_and_the_count_of_the_drawer_stays_as_it_was(shift):
    move_cash(shift, kind="CASH_IN", amount=Decimal(300), reason="More change", at=NOON, actor=shift.cashier)
    closed = count_and_close(shift, counted_cash=Decimal(1300), at=NOON, actor=shift.cashier)

    waiting = Handover.objects.waiting().order_by("movement__amount")
    assert [(each.movement.place.kind, each.movement.amount) for each in waiting] == [
        ("SAFE", 300),
        ("CHANGE_FUND", 1000),
    ]
    confirm_handover(waiting[0], found=Decimal(200), at=NOON + timedelta(days=1), actor=somebody(shift))
    closed.refresh_from_db()
    assert closed.difference == 0


def test_whoever_may_bank_cash_is_not_asked_about_what_they_put_there(shift):
    move_cash(shift, kind="DROP", amount=Decimal(1), reason="", at=NOON, actor=somebody(shift, "cinema_manager"))

    assert not Handover.objects.exists()


def test_nobody_confirms_their_own_nor_does_another_account_of_theirs(shift):
    handover, second = dropped(shift), somebody(shift)
    second.account_changes.create(kind="CREATED", actor=shift.cashier, at=NOON)
    counted_by_another = somebody(shift, "usher")
    CashMovement.objects.filter(handover=handover).update(actor=counted_by_another)

    for each in (shift.cashier, counted_by_another, second):
        with raises_unchanged(OwnHandover):
            confirm_handover(handover, found=Decimal(700), at=NOON, actor=each)


def test_it_is_confirmed_once_with_an_amount(shift):
    handover, manager = dropped(shift), somebody(shift)

    with raises_unchanged(WrongCashAmount):
        confirm_handover(handover, found=Decimal(-1), at=NOON, actor=manager)
    confirm_handover(handover, found=Decimal(700), at=NOON, actor=manager)
    with raises_unchanged(ConfirmedBefore):
        confirm_handover(handover, found=Decimal(600), at=NOON, actor=manager)


def test_what_went_to_the_bank_before_was_there(shift):
    handover, manager = dropped(shift), somebody(shift)
    safe, bank = (place_of(shift.cinema_id, kind) for kind in ("SAFE", "BANK"))
    move_between(safe, bank, amount=Decimal(700), reason="Bag 1", at=NOON, actor=manager)

    with raises_unchanged(NotEnoughCash):
        confirm_handover(handover, found=Decimal(600), at=NOON, actor=manager)


@pytest.mark.parametrize("counted", [Decimal(690), Decimal(700), Decimal(705)])
def test_the_safe_is_counted_once_everything_in_it_is_confirmed(shift, counted):
    handover, manager = dropped(shift), somebody(shift, "cinema_manager")
    safe = place_of(shift.cinema_id, CashPlace.Kind.SAFE)
    with raises_unchanged(HandoversWait):
        count_place(safe, counted=counted, at=NOON, actor=manager)
    confirm_handover(handover, found=Decimal(700), at=NOON, actor=manager)

    difference = count_place(safe, counted=counted, at=NOON, actor=manager)

    posted = CashMovement.objects.filter(kind="COUNT").values_list("amount", "shift", "actor")
    assert difference == counted - 700
    assert list(posted) == ([(difference, None, manager.pk)] if difference else [])
    assert cash_of(shift.cinema)["SAFE"] == counted
    assert invariant_violations() == []


def test_drawers_and_the_bank_are_not_counted_here(shift):
    manager = somebody(shift)

    for place in (shift.drawer, place_of(shift.cinema_id, CashPlace.Kind.BANK)):
        with pytest.raises(ValueError, match="Drawers are counted"):
            count_place(place, counted=Decimal(1), at=NOON, actor=manager)
