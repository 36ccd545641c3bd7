"""Shifts: opened with a float, sold in, counted before the expected sum is known, and closed."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from cinema.status import ForbiddenMove
from orders.models import Order
from orders.services import mark_paid, refund
from payments.errors import DrawerBusy, NotEnoughCash, ShiftNotOpen, TerminalTotalNeeded, WrongCashAmount
from payments.models import CashMovement, CashPlace, Gateway, Payment, Shift
from payments.services import (
    by_person,
    count_and_close,
    end_shift,
    mark_paid_out,
    move_cash,
    open_shift,
    sell_gift_card,
    totals_of,
)
from payments.services.cash import place_of
from tests.helpers.assertions import raises_unchanged
from tests.helpers.cash import a_drawer, a_shift, cash_of
from tests.helpers.factories import NOON, PRICE, a_session, an_order, business_state
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db

Kind = CashMovement.Kind
HOUR = timedelta(hours=1)
FLOAT = Decimal(1000)


def sold(shift, *, gateway=Gateway.CASH, actor=None):
    order = an_order(a_session(), at=NOON)
    taker = actor or shift.cashier
    return mark_paid(order, gateway=gateway, amount=order.final_amount, at=NOON, actor=taker, shift=shift)


def test_a_shift_from_the_float_to_the_count():
    shift = a_shift(opening_float=FLOAT)
    order = sold(shift)
    sold(shift)
    sold(shift, gateway=Gateway.CARD_TERMINAL)
    back = refund(order, reason="Ill", at=NOON)
    mark_paid_out(back, at=NOON, actor=shift.cashier, shift=shift)

    totals = totals_of(shift)
    closed = count_and_close(shift, counted_cash=Decimal(1340), counted_card=PRICE, at=NOON + HOUR, actor=shift.cashier)

    assert totals.by_kind == {Kind.FLOAT: FLOAT, Kind.SALE: 2 * PRICE, Kind.REFUND: -PRICE}
    assert (closed.expected_cash, closed.counted_cash, closed.difference) == (FLOAT + PRICE, Decimal(1340), -10)
    assert (closed.expected_card, closed.counted_card) == (PRICE, PRICE)
    assert closed.status == Shift.Status.COUNTED
    assert cash_of(shift.cinema) == {"DRAWER": 0, "CHANGE_FUND": FLOAT, "SAFE": Decimal(340)}
    assert totals_of(closed).expected_cash == FLOAT + PRICE
    assert invariant_violations() == []


def test_in_a_shared_drawer_each_person_answers_for_what_they_took_and_gave_out():
    shift, helper = a_shift(opening_float=FLOAT), someone("cashier", email="helper@example.org", last_name="Zimina")
    order = sold(shift)
    sold(shift, gateway=Gateway.CARD_TERMINAL, actor=helper)
    sell_gift_card(shift, amount=Decimal(500), tender="card_terminal", request=uuid4(), at=NOON, actor=helper)
    mark_paid_out(refund(order, reason="Ill", at=NOON), at=NOON, actor=helper, shift=shift)

    found = {each.person: (each.cash, each.cards) for each in by_person(shift)}

    assert found == {shift.cashier: (PRICE, 0), helper: (-PRICE, PRICE + 500)}


def test_a_shift_that_took_cards_is_not_closed_without_the_terminals_total():
    shift = a_shift(opening_float=FLOAT)
    sold(shift, gateway=Gateway.CARD_TERMINAL)

    with raises_unchanged(TerminalTotalNeeded):
        count_and_close(shift, counted_cash=FLOAT, at=NOON, actor=shift.cashier)

    closed = count_and_close(shift, counted_cash=FLOAT, counted_card=Decimal(0), at=NOON, actor=shift.cashier)
    assert (closed.counted_card, closed.expected_card) == (0, PRICE)


def test_the_float_comes_from_the_change_fund_as_far_as_it_has_so_much():
    first = a_shift(opening_float=FLOAT)
    count_and_close(first, counted_cash=FLOAT, at=NOON, actor=first.cashier)

    open_shift(first.drawer, opening_float=FLOAT + 200, at=NOON + HOUR, actor=first.cashier)

    assert cash_of(first.cinema) == {"DRAWER": FLOAT + 200, "CHANGE_FUND": 0}
    assert invariant_violations() == []


def test_a_drawer_has_one_shift_until_it_is_counted_and_a_cashier_one_open_shift():
    shift = a_shift()
    other = someone("cashier", shift.cinema)

    with pytest.raises(DrawerBusy):
        open_shift(shift.drawer, opening_float=FLOAT, at=NOON, actor=other)
    with pytest.raises(DrawerBusy):
        open_shift(a_drawer(shift.cinema), opening_float=FLOAT, at=NOON, actor=shift.cashier)
    end_shift(shift, at=NOON)
    with pytest.raises(DrawerBusy):
        open_shift(shift.drawer, opening_float=FLOAT, at=NOON, actor=other)

    assert list(Shift.objects.all()) == [shift]


@pytest.mark.parametrize("amount", [Decimal(-1), Decimal("0.001"), Decimal("Infinity")])
def test_a_float_is_an_amount_of_money(amount):
    with pytest.raises(WrongCashAmount):
        open_shift(a_drawer(), opening_float=amount, at=NOON, actor=someone("cashier"))


def test_an_uncounted_shift_sells_nothing_and_is_counted_later():
    shift = a_shift(opening_float=FLOAT)
    end_shift(shift, at=NOON)
    order = an_order(a_session(), at=NOON)
    before = business_state()

    for gateway in (Gateway.CASH, Gateway.CARD_TERMINAL):
        with pytest.raises(ShiftNotOpen):
            mark_paid(order, gateway=gateway, amount=PRICE, at=NOON, shift=shift)

    assert business_state() == before
    later = NOON + 20 * HOUR
    closed = count_and_close(shift, counted_cash=FLOAT, at=later, actor=shift.cashier)
    assert (closed.ended_at, closed.counted_at, closed.difference) == (NOON, later, 0)
    with pytest.raises(ShiftNotOpen):
        count_and_close(shift, counted_cash=FLOAT, at=later, actor=shift.cashier)
    with pytest.raises((ShiftNotOpen, ForbiddenMove)):
        end_shift(shift, at=later)


def test_cash_that_is_not_in_the_drawer_is_not_given_out():
    shift = a_shift()
    order = sold(shift)
    move_cash(shift, kind=Kind.DROP, amount=PRICE, reason="", at=NOON)
    back = refund(order, reason="Ill", at=NOON)

    with pytest.raises(NotEnoughCash):
        mark_paid_out(back, at=NOON, shift=shift)

    back.refresh_from_db()
    assert (back.status, back.shift) == ("REQUESTED", None)


def test_a_card_payment_goes_back_on_the_terminal():
    shift = a_shift()
    back = refund(sold(shift, gateway=Gateway.CARD_TERMINAL), reason="Ill", at=NOON)

    mark_paid_out(back, at=NOON, shift=shift)

    assert (totals_of(shift).card_refunds, totals_of(shift).expected_cash) == (PRICE, 0)


def test_cash_without_a_shift_is_taken_and_listed():
    order = an_order(a_session(), at=NOON)

    paid = mark_paid(order, gateway=Gateway.CASH, amount=PRICE, at=NOON)

    assert paid.status == Order.Status.PAID
    assert list(Payment.objects.outside_shifts()) == [order.payments.get()]
    assert not CashMovement.objects.exists()
    assert not CashPlace.objects.exists()


def test_a_sale_without_its_movement_violates_an_invariant():
    shift = a_shift()
    payment = sold(shift).payments.get()
    CashMovement.objects.filter(payment=payment).delete()
    CashPlace.objects.filter(pk=shift.drawer_id).update(cash=0)

    assert [violation.row for violation in invariant_violations()] == [f"payments.payment:{payment.pk}"]


def test_every_place_but_drawers_is_there_once():
    shift = a_shift()

    assert place_of(shift.cinema_id, CashPlace.Kind.SAFE) == place_of(shift.cinema_id, CashPlace.Kind.SAFE)
