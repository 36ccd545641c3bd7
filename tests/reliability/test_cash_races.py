"""A sale is paid, and cash is moved, while the shift is counted, and two cashiers take cash into one drawer, in every
interleaving: no cash gets lost, and none goes into a counted shift. Negative control: without row locks some does.
"""

from decimal import Decimal

import pytest

from orders.models import Order
from orders.services import mark_paid
from payments.errors import ShiftNotOpen
from payments.models import CashMovement, CashPlace, Gateway, Shift
from payments.services import count_and_close, move_cash, totals_of
from tests.helpers.cash import a_shift
from tests.helpers.factories import PRICE, a_session, an_order
from tests.reliability.db_snapshot import restore_snapshot
from tests.reliability.interleaving import Action, every_schedule, without_row_locks
from tests.reliability.run_job import invariant_violations
from tests.reliability.scenario import AT, MINUTE

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.usefixtures("empty_database")]

FLOAT = Decimal(1000)


def an_open_shift() -> None:
    session = a_session()
    a_shift(session.hall.cinema, opening_float=FLOAT, at=AT - MINUTE)
    for _ in range(2):
        an_order(session, at=AT - MINUTE, channel="BOX_OFFICE")


def pay(which: int) -> None:
    order, shift = Order.objects.order_by("pk")[which], Shift.objects.get()
    mark_paid(order, gateway=Gateway.CASH, amount=PRICE, at=AT, shift=shift)


def pay_first() -> None:
    pay(0)


def pay_second() -> None:
    pay(1)


def bring_change() -> None:
    move_cash(Shift.objects.get(), kind=CashMovement.Kind.CASH_IN, amount=Decimal(50), reason="Change", at=AT)


def count() -> None:
    shift = Shift.objects.select_related("cashier").get()
    count_and_close(shift, counted_cash=FLOAT, at=AT, actor=shift.cashier)


def bad_ends(first: Action, second: Action) -> list[object]:
    """What is wrong after each schedule: a broken invariant, or an error that is no refusal."""
    wrong: list[object] = []
    for schedule in every_schedule(first, second, restore_snapshot=lambda: restore_snapshot(an_open_shift)):
        errors = [each for each in (schedule.first, schedule.second) if isinstance(each, BaseException)]
        wrong += [each for each in errors if not isinstance(each, ShiftNotOpen)]
        wrong += invariant_violations()
        shift = Shift.objects.get()
        if shift.status == Shift.Status.COUNTED and shift.expected_cash != totals_of(shift).expected_cash:
            wrong.append((schedule.point, shift.expected_cash))
    return wrong


@pytest.mark.parametrize(
    ("first", "second"),
    [(pay_first, count), (count, pay_first), (bring_change, count), (count, bring_change), (count, count)],
    ids=lambda action: action.__name__,
)
def test_no_cash_goes_into_a_shift_that_was_counted(first: Action, second: Action) -> None:
    assert bad_ends(first, second) == []


def test_two_cashiers_take_cash_into_one_drawer() -> None:
    assert bad_ends(pay_first, pay_second) == []
    assert CashPlace.objects.get(kind=CashPlace.Kind.DRAWER).cash == FLOAT + 2 * PRICE


def test_without_row_locks_a_sale_is_found_in_a_counted_shift() -> None:
    with without_row_locks():
        assert bad_ends(pay_first, count) != []
