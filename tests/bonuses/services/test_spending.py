"""Spending points, returning spent points and taking back earned ones."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from bonuses.errors import NotEnoughPoints
from bonuses.models import BonusAccount, BonusTransaction
from bonuses.services import Earned, GivenBack, TakenBack, accrue, expire, give_back, return_spent, spend, take_back
from payments.models import Refund
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_customer, an_order, business_state

pytestmark = pytest.mark.django_db

SOON = NOON + timedelta(hours=1)


@pytest.fixture
def order():
    """An order of a customer who has 100 points and has not spent any of them."""
    return an_order(customer=a_customer(points=100, at=NOON))


def seen(order):
    account = BonusAccount.objects.get(user=order.user)
    return account.balance, account.owed


def a_refund(order):
    return Refund.objects.create(order=order, amount=0, requested_at=SOON).pk


def spent(order, points):
    spend(order.user, points=points, order=order.pk, at=NOON)
    return BonusTransaction.objects.get(order=order, transaction_type="DEDUCTION")


def earned(order, points):
    accrue([Earned(order.user_id, order.pk, points)], at=NOON)
    return BonusTransaction.objects.get(order=order, transaction_type="ACCRUAL")


def given_back(entry, points, refund):
    return GivenBack(entry.pk, entry.bonus_account_id, entry.order_id, points, refund)


def taken_back(entry, points, refund):
    return TakenBack(entry.pk, entry.bonus_account_id, entry.order_id, points, refund)


def test_the_whole_balance_can_be_spent(order):
    deduction = spent(order, 100)

    assert seen(order) == (0, 0)
    assert (deduction.amount, deduction.order_id, deduction.transaction_date) == (-100, order.pk, NOON)


def test_more_than_the_balance_is_refused(order):
    with raises_unchanged(NotEnoughPoints):
        spend(order.user, points=101, order=order.pk, at=NOON)


def test_a_guest_has_no_points_to_spend(order):
    with raises_unchanged(NotEnoughPoints):
        spend(None, points=1, order=order.pk, at=NOON)


def test_an_account_that_owes_points_has_none_to_spend(order):
    BonusAccount.objects.update(balance=0, owed=5)

    with raises_unchanged(NotEnoughPoints):
        spend(order.user, points=1, order=order.pk, at=NOON)


def test_points_are_given_back_in_parts(order):
    deduction = spent(order, 100)

    give_back([given_back(deduction, 30, a_refund(order))], at=SOON)
    give_back([given_back(deduction, 70, a_refund(order))], at=SOON)

    assert seen(order) == (100, 0)
    assert [(entry.amount, entry.reverses) for entry in deduction.reversals.order_by("pk")] == [
        (30, deduction),
        (70, deduction),
    ]


def test_points_given_back_pay_what_is_owed(order):
    spent(order, 100)
    BonusAccount.objects.update(balance=0, owed=30)

    return_spent([order.pk], at=SOON)

    assert seen(order) == (70, 0)


def test_the_database_forbids_a_second_return_for_one_refund(order):
    deduction, refund = spent(order, 100), a_refund(order)
    give_back([given_back(deduction, 30, refund)], at=SOON)
    before = business_state()

    with pytest.raises(IntegrityError), transaction.atomic():
        give_back([given_back(deduction, 30, refund)], at=SOON)

    assert business_state() == before


def test_a_cancelled_order_gets_its_points_back_once(order, django_assert_num_queries):
    deduction = spent(order, 60)
    renewed = BonusAccount.objects.get().last_accrual_date

    with django_assert_num_queries(4):
        return_spent([order.pk], at=SOON)
    with django_assert_num_queries(1):
        return_spent([order.pk], at=SOON + timedelta(hours=1))

    [reversal] = deduction.reversals.all()
    assert (reversal.transaction_type, reversal.amount, reversal.transaction_date) == ("REVERSAL", 60, SOON)
    assert (reversal.order, reversal.bonus_account, reversal.refund) == (order, deduction.bonus_account, None)
    assert seen(order) == (100, 0)
    assert BonusAccount.objects.get().last_accrual_date == renewed


def test_the_database_forbids_a_second_return_for_a_cancellation(order):
    deduction = spent(order, 100)
    return_spent([order.pk], at=SOON)
    before = business_state()

    with pytest.raises(IntegrityError), transaction.atomic():
        BonusTransaction.objects.create(
            bonus_account=deduction.bonus_account,
            order=order,
            transaction_type="REVERSAL",
            amount=100,
            transaction_date=SOON,
            reverses=deduction,
        )

    assert business_state() == before


def test_the_database_forbids_a_second_accrual_of_an_order(order):
    earned(order, 17)
    before = business_state()

    with pytest.raises(IntegrityError), transaction.atomic():
        accrue([Earned(order.user_id, order.pk, 17)], at=SOON)

    assert business_state() == before


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": 0},
        {"transaction_type": "ACCRUAL"},  # of something that it reverses
        {"reverses": None},
        {"amount": 100_000_001},
    ],
    ids=str,
)
def test_the_database_forbids_inconsistent_reversals(order, fields):
    deduction = spent(order, 100)
    entry = {
        "bonus_account": deduction.bonus_account,
        "transaction_type": "REVERSAL",
        "amount": 1,
        "transaction_date": SOON,
        "reverses": deduction,
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        BonusTransaction.objects.create(**entry | fields)


@pytest.mark.parametrize(
    "fields", [{"balance": -1}, {"owed": -1}, {"balance": 1, "owed": 1}, {"balance": 100_000_001}], ids=str
)
def test_the_database_forbids_invalid_balances(order, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        BonusAccount.objects.update(**fields)

    assert seen(order) == (100, 0)


def test_points_taken_back_beyond_the_balance_are_owed(order):
    accrual = earned(order, 17)
    spent(order, 110)

    take_back([taken_back(accrual, 17, a_refund(order))], at=SOON)

    assert seen(order) == (0, 10)


def test_returning_0_points_creates_no_transaction(order):
    deduction, refund = spent(order, 100), a_refund(order)
    before = business_state()

    give_back([given_back(deduction, 0, refund)], at=SOON)
    give_back([], at=SOON)
    take_back([], at=SOON)
    accrue([], at=SOON)
    expire([], at=SOON)

    assert business_state() == before


def test_only_credits_change_the_last_accrual_date(order):
    accrual = earned(order, 17)
    account = accrual.bonus_account

    take_back([taken_back(accrual, 17, a_refund(order))], at=SOON)

    account.refresh_from_db()
    assert account.last_accrual_date == NOON


def test_many_accounts_are_credited_at_once(order, django_assert_max_num_queries):
    orders = [order, *(an_order(customer=a_customer()) for _order in range(4))]

    with django_assert_max_num_queries(6):
        accrue([Earned(each.user_id, each.pk, number) for number, each in enumerate(orders, start=1)], at=SOON)

    assert [seen(each) for each in orders] == [(101, 0), (2, 0), (3, 0), (4, 0), (5, 0)]
