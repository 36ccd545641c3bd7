"""Money given out by hand: what nobody at work decided counts for whoever gives it out."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.errors import ApprovalRequired
from accounts.models import LimitUse
from accounts.services import approve, request_approval
from customers.services import correct_address, correct_address_by_customer
from orders.services import call_off, refund, refund_by_customer, refund_cancelled_sessions, refundable_by_customer
from orders.services.refunds.by_customer import RefundedAtCinema
from orders.services.refunds.by_hand import pay_out
from payments.errors import RefundedAlready
from payments.models import Gateway, Refund
from tests.helpers.assertions import raises_unchanged
from tests.helpers.cash import a_shift, cash_of
from tests.helpers.factories import NOON, PRICE, a_paid_order, a_session, paid_at_the_bank
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def limit(settings):
    settings.APPROVAL_LIMITS = {**settings.APPROVAL_LIMITS, "orders.refund": PRICE}


def refunded_by_customer(*, actor=None, session=None):
    order = a_paid_order(session)
    return refund_by_customer(order, lines=list(order.tickets.all()), at=NOON, actor=actor)


def counted():
    return {use.person: use.amount for use in LimitUse.objects.all()}


def test_refunds_of_customers_count_for_whoever_gives_them_out():
    session = a_session(start=NOON + timedelta(days=1))
    manager = someone("floor_manager", session.hall.cinema)
    first, own = refunded_by_customer(session=session), refunded_by_customer(session=session, actor=manager)

    pay_out(first, at=LATER, actor=manager)
    with raises_unchanged(ApprovalRequired):
        pay_out(own, at=LATER, actor=manager)  # a member of staff decides nothing as a customer
    with raises_unchanged(RefundedAlready):
        pay_out(first, at=LATER, actor=manager)

    assert counted() == {manager: PRICE}


def test_what_staff_decided_counts_once():
    session, called_off = a_session(start=NOON + timedelta(days=1)), a_session(start=NOON + timedelta(days=1))
    manager, cashier = someone("floor_manager", session.hall.cinema), someone("cashier", session.hall.cinema)
    decided, lost = a_paid_order(session), a_paid_order(called_off)
    refund(decided, reason="Ill", at=NOON, actor=manager)
    call_off([called_off], reason="Projector", at=NOON, actor=manager)
    refund_cancelled_sessions([lost], at=NOON)

    for each in Refund.objects.all():
        pay_out(each, at=LATER, actor=cashier)

    assert Refund.objects.filter(status=Refund.Status.SUCCEEDED, amount=PRICE).count() == 2
    assert cashier not in counted()


def test_a_second_person_approves_the_payout_from_the_same_drawer():
    back = refunded_by_customer()
    cinema = back.order.cinema
    manager, owner = someone("floor_manager", cinema), someone("owner", all_cinemas=True)
    shift = a_shift(cinema, cashier=manager, opening_float=Decimal(1000))
    LimitUse.objects.create(person=manager, service="orders.refund", amount=1, at=NOON)

    asked = request_approval("orders.pay_out", back, arguments={"shift": shift}, facts=[], at=NOON, actor=manager)
    approve(asked, digest=asked.digest, at=LATER, actor=owner)

    back.refresh_from_db()
    assert (back.status, back.paid_out_by, back.shift) == (Refund.Status.SUCCEEDED, manager, shift)
    assert cash_of(cinema)["DRAWER"] == 1000 - PRICE
    assert counted() == {manager: 1}


def test_once_staff_entered_the_address_cash_is_refunded_at_the_cinema_only():
    order = a_paid_order()
    lines = list(order.tickets.all())
    correct_address(
        order, email="new@example.org", reason="Typed wrong", at=NOON, actor=someone("floor_manager", order.cinema)
    )
    order.refresh_from_db()
    correct_address_by_customer(order, email="third@example.org", at=NOON)  # by the link that was sent there

    assert refundable_by_customer(order, at=NOON) == []
    with raises_unchanged(RefundedAtCinema):
        refund_by_customer(order, lines=lines, at=NOON)


def test_what_a_bank_transfer_paid_is_refunded_at_the_cinema_only():
    """Only staff have said that it came, and where the link goes."""
    order = a_paid_order(gateway=Gateway.BANK_TRANSFER)

    assert refundable_by_customer(order, at=NOON) == []
    with raises_unchanged(RefundedAtCinema):
        refund_by_customer(order, lines=list(order.tickets.all()), at=NOON)


def test_money_that_the_bank_returns_to_the_payer_is_refunded_by_any_link():
    order = paid_at_the_bank()
    manager = someone("floor_manager", order.cinema)
    correct_address(order, email="new@example.org", reason="Typed wrong", at=NOON, actor=manager)
    order.refresh_from_db()

    refund_by_customer(order, lines=list(order.tickets.all()), at=NOON)

    assert Refund.objects.get().amount == PRICE
