"""Goodwill vouchers: one order gets the discount, and nobody gets money for it."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.errors import ApprovalRequired
from accounts.models import LimitUse
from boxoffice.errors import VoucherTooLarge
from boxoffice.models import PrintedVoucher
from boxoffice.services import refunds, sales
from boxoffice.services.exchanges import exchange
from boxoffice.services.printed_vouchers import (
    give_goodwill_voucher,
    give_instead_of_money,
    give_money_now,
    give_unsent,
)
from incidents.errors import DecisionClosed
from incidents.services import cancel
from notifications.models import Notification
from orders.errors import PromocodeNotValid, PromocodeUsedUp
from payments.errors import WrongCashAmount
from tests.helpers.assertions import raises_unchanged
from tests.helpers.cash import a_shift, cash_of
from tests.helpers.factories import NOON, PRICE, a_paid_order, a_session, an_adult, free_seats
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return a_session(start=NOON + timedelta(minutes=10))


@pytest.fixture
def shift(session):
    return a_shift(session.hall.cinema)


def held(shift, session, **fields):
    places = [(session, free_seats(session)[0], an_adult())]
    return sales.hold_at_till(shift, places=places, snacks=[], actor=shift.cashier, **{"at": NOON, **fields})


def pay_in(shift, order):
    sales.pay_cash(order, shift=shift, given=None, at=NOON, actor=shift.cashier)
    order.refresh_from_db()
    return order


def given(order, shift, amount=Decimal(100)):
    return give_goodwill_voucher(order, amount=amount, reason="The sound failed", at=NOON, actor=shift.cashier)


def test_a_voucher_is_a_discount_for_one_order_and_no_money_back(shift, session):
    code = given(held(shift, session), shift).promocode.code

    order = held(shift, session, promocode=code.lower())
    sales.pay_cash(order, shift=shift, given=None, at=NOON, actor=shift.cashier)
    with pytest.raises(PromocodeUsedUp):
        held(shift, session, promocode=code)
    refunds.void(order, reason="Fell ill", shift=shift, at=NOON, actor=shift.cashier)

    assert (order.discount_amount, order.final_amount) == (100, PRICE - 100)
    assert cash_of(session.hall.cinema) == {"DRAWER": 0}
    assert invariant_violations() == []


def test_a_voucher_expires(shift, session, settings):
    code = given(held(shift, session), shift).promocode.code
    later = a_session(hall=session.hall, start=NOON + settings.VOUCHER_VALIDITY + timedelta(days=1))

    with pytest.raises(PromocodeNotValid):
        held(shift, later, promocode=code, at=NOON + settings.VOUCHER_VALIDITY)


def test_vouchers_count_towards_the_limit_of_one_person(shift, session, settings):
    settings.APPROVAL_LIMITS = {"orders.refund": Decimal(150)}
    order = held(shift, session)
    given(order, shift)

    with pytest.raises(ApprovalRequired):
        given(order, shift)
    with pytest.raises(WrongCashAmount):
        given(order, shift, Decimal(0))

    assert PrintedVoucher.objects.count() == 1


def test_the_vouchers_of_an_order_are_worth_at_most_what_it_cost(shift, session):
    order = held(shift, session)
    given(order, shift, PRICE - 100)

    with pytest.raises(VoucherTooLarge):
        given(order, shift, Decimal("100.01"))
    given(order, shift, Decimal(100))

    assert PrintedVoucher.objects.count() == 2


def test_a_form_gives_one_voucher_however_often_it_is_sent(shift, session):
    order, form = held(shift, session), uuid4()

    sent = [
        give_goodwill_voucher(order, amount=Decimal(100), reason="No sound", request=form, at=NOON, actor=shift.cashier)
        for _press in range(2)
    ]

    assert sent == [PrintedVoucher.objects.get()] * 2
    other = held(shift, session)
    again = give_goodwill_voucher(
        other, amount=Decimal(100), reason="No sound", request=form, at=NOON, actor=shift.cashier
    )
    assert again == PrintedVoucher.objects.get()  # also under another order


def test_the_vouchers_of_exchanged_orders_are_worth_at_most_the_dearest_of_them(shift, session):
    order = held(shift, session)
    sales.pay_cash(order, shift=shift, given=None, at=NOON, actor=shift.cashier)
    given(order, shift, PRICE - 100)
    places = [(session, free_seats(session)[0], an_adult())]
    work = {"way": "cash", "reason": "Other seat", "at_fault": False, "shift": shift, "actor": shift.cashier}
    tickets = list(order.tickets.all())
    done, _paid = exchange(order, tickets=tickets, places=places, expected_total=PRICE, at=NOON, **work)

    with raises_unchanged(VoucherTooLarge):
        given(done.new_order, shift, Decimal(101))
    given(done.new_order, shift, Decimal(100))

    assert PrintedVoucher.objects.count() == 2


def test_a_guest_of_a_cancelled_screening_takes_the_voucher_or_the_money_at_the_till(shift, session):
    first, second = [pay_in(shift, held(shift, session)) for _guest in range(2)]
    cancel([session], reason="Fire alarm", vouchers=True, at=NOON)

    voucher = give_instead_of_money(first, at=NOON, actor=shift.cashier)
    paid = give_money_now(second, shift=shift, at=NOON, actor=shift.cashier)

    assert (voucher.order, voucher.promocode.discount_amount) == (first, PRICE)
    assert [(each.amount, each.order) for each in paid] == [(PRICE, second)]
    with raises_unchanged(DecisionClosed):
        give_money_now(first, shift=shift, at=NOON, actor=shift.cashier)


def test_at_the_till_the_buyer_is_sent_the_code_and_one_that_is_printed_counts_for_who_decides_it(
    shift, session, settings
):
    settings.APPROVAL_LIMITS = {"orders.refund": PRICE}
    bought = a_paid_order(session, at=NOON, gateway="yookassa", email="guest@example.org")
    first, second = [pay_in(shift, held(shift, session)) for _guest in range(2)]
    cancel([session], reason="Fire alarm", vouchers=True, at=NOON)
    manager = someone("floor_manager", session.hall.cinema)
    work = {"at": NOON, "actor": shift.cashier, "decided_by": manager}

    assert give_instead_of_money(bought, **work) is None
    printed = give_instead_of_money(first, **work)
    with raises_unchanged(ApprovalRequired):
        give_instead_of_money(second, **work)

    assert Notification.objects.get(kind="VOUCHER").recipient == "guest@example.org"
    assert (printed.actor, PrintedVoucher.objects.count()) == (manager, 1)
    assert [(each.person, each.amount) for each in LimitUse.objects.all()] == [(manager, PRICE)]


def test_a_voucher_in_place_of_another_that_could_be_sent_to_nobody_is_printed_once_and_counts(
    shift, session, settings
):
    settings.APPROVAL_LIMITS = {"orders.refund": PRICE}
    first = pay_in(shift, held(shift, session))
    cancel([session], reason="Fire alarm", vouchers=True, at=NOON)
    paid_with = give_instead_of_money(first, at=NOON, actor=someone("floor_manager", session.hall.cinema)).promocode
    later = a_session(session.hall, start=NOON + timedelta(hours=5))
    order = pay_in(shift, held(shift, later, promocode=paid_with.code))
    cancel([later], reason="Flood", at=NOON)
    run("refund_cancelled_sessions", at=NOON)

    voucher = give_unsent(order, at=NOON, actor=shift.cashier)

    assert (voucher.order, voucher.promocode.discount_amount) == (order, PRICE)
    assert voucher.promocode != paid_with
    assert LimitUse.objects.get(person=shift.cashier).amount == PRICE
    with raises_unchanged(DecisionClosed):
        give_unsent(order, at=NOON, actor=shift.cashier)


def test_a_code_that_was_sent_to_its_buyer_is_not_printed_too(shift, session):
    order = a_paid_order(session, at=NOON, gateway="yookassa", email="guest@example.org")
    cancel([session], reason="Fire alarm", vouchers=True, at=NOON)
    give_instead_of_money(order, at=NOON, actor=shift.cashier)

    with raises_unchanged(DecisionClosed):
        give_unsent(order, at=NOON, actor=shift.cashier)
