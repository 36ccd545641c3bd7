from datetime import timedelta

import pytest

from bonuses.models import BonusAccount, BonusTransaction
from bonuses.services import adjust, expire
from orders.services import accrue, complete
from orders.services.closing.points_expiry import to_expire
from tests.helpers.factories import NOON, a_customer, a_paid_order, a_session, business_state

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)


def an_account(*, points=100, credited=NOON):
    account = a_customer(points=points, at=credited).bonus_account
    account.refresh_from_db()
    return account


def test_the_whole_balance_expires():
    account = an_account()
    at = NOON + YEAR + TICK

    expire([account], at=at)

    account.refresh_from_db()
    assert (account.balance, account.owed, account.last_accrual_date) == (0, 0, NOON)
    entry = BonusTransaction.objects.latest("pk")
    assert (entry.transaction_type, entry.amount, entry.transaction_date) == ("EXPIRATION", -100, at)


def test_twice_is_once():
    account = an_account()
    expire([account], at=NOON + 2 * YEAR)
    before = business_state()

    expire([account], at=NOON + 2 * YEAR)

    assert business_state() == before


@pytest.mark.parametrize(("beyond", "is_due"), [(-TICK, False), (timedelta(0), False), (TICK, True)])
def test_points_expire_more_than_a_year_after_the_last_credit(beyond, is_due):
    account = an_account()

    assert list(to_expire(NOON + YEAR + beyond)) == ([account] if is_due else [])


def test_a_year_is_365_days_even_in_a_leap_year():
    credited = NOON.replace(year=2027, month=6)
    account = an_account(credited=credited)

    assert list(to_expire(credited.replace(year=2028))) == [account]


def test_a_later_credit_keeps_all_points():
    account = an_account()

    adjust(account, amount=1, reason="Sorry", at=NOON + YEAR)

    assert list(to_expire(NOON + YEAR + DAY)) == []


def test_taking_points_does_not_postpone_their_expiry():
    account = an_account()

    adjust(account, amount=-1, reason="Mistake", at=NOON + YEAR)

    assert list(to_expire(NOON + YEAR + DAY)) == [account]


def test_an_empty_account_is_not_due():
    an_account()
    BonusAccount.objects.update(balance=0)

    assert list(to_expire(NOON + 9 * YEAR)) == []


def test_a_completed_order_that_is_not_credited_yet_keeps_all_points():
    session = a_session()
    customer = a_customer(points=100, at=session.end_datetime - YEAR - DAY)
    order = a_paid_order(session, customer=customer)
    before = list(to_expire(session.end_datetime))

    complete([order], at=session.end_datetime)
    between = list(to_expire(session.end_datetime))
    accrue([order], at=session.end_datetime)

    assert (before, between, list(to_expire(session.end_datetime))) == ([customer.bonus_account], [], [])


def test_another_customers_order_does_not_postpone_expiry():
    account = an_account(credited=NOON - 2 * YEAR)
    session = a_session()
    complete([a_paid_order(session, customer=a_customer())], at=session.end_datetime)

    assert list(to_expire(session.end_datetime)) == [account]


def test_expired_points_are_not_warned_about():
    account = an_account()

    assert (list(to_expire(NOON + 2 * YEAR)), list(BonusAccount.objects.to_warn(NOON + 2 * YEAR))) == ([account], [])
