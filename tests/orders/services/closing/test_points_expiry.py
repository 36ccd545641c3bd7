from datetime import timedelta

import pytest

from bonuses.models import BonusAccount, BonusTransaction
from bonuses.services import adjust
from notifications.models import MessageKind, Notification
from orders.services import accrue, complete, expire_points, warn_of_expiry
from orders.services.closing.points_expiry import to_expire, to_warn
from tests.helpers.factories import NOON, a_customer, a_paid_order, a_session, business_state

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)


def an_account(*, points=100, credited=NOON):
    account = a_customer(points=points, at=credited).bonus_account
    account.refresh_from_db()
    return account


# --- Lapsing


def test_the_whole_balance_lapses():
    account = an_account()
    at = NOON + YEAR + TICK

    expire_points([account], at=at)

    account.refresh_from_db()
    assert (account.balance, account.owed, account.last_accrual_date) == (0, 0, NOON)
    entry = BonusTransaction.objects.latest("pk")
    assert (entry.transaction_type, entry.amount, entry.transaction_date) == ("EXPIRATION", -100, at)


def test_twice_is_once():
    account = an_account()
    expire_points([account], at=NOON + 2 * YEAR)
    before = business_state()

    expire_points([account], at=NOON + 2 * YEAR)

    assert business_state() == before


@pytest.mark.parametrize(("beyond", "is_due"), [(-TICK, False), (timedelta(0), False), (TICK, True)])
def test_points_lapse_more_than_a_year_after_the_last_credit(beyond, is_due):
    account = an_account()

    assert list(to_expire(NOON + YEAR + beyond)) == ([account] if is_due else [])


def test_a_year_is_365_days_though_it_be_a_leap_year():
    credited = NOON.replace(year=2027, month=6)
    account = an_account(credited=credited)

    assert list(to_expire(credited.replace(year=2028))) == [account]


def test_a_later_credit_keeps_all_points():
    account = an_account()

    adjust(account, amount=1, reason="Sorry", at=NOON + YEAR)

    assert list(to_expire(NOON + YEAR + DAY)) == []


def test_taking_points_keeps_none():
    account = an_account()

    adjust(account, amount=-1, reason="Mistake", at=NOON + YEAR)

    assert list(to_expire(NOON + YEAR + DAY)) == [account]


def test_an_empty_account_has_nothing_to_lapse():
    an_account()
    BonusAccount.objects.update(balance=0)

    assert list(to_expire(NOON + 9 * YEAR)) == []


def test_a_completed_order_that_is_still_to_be_credited_keeps_all_points():
    session = a_session()
    customer = a_customer(points=100, at=session.end_datetime - YEAR - DAY)
    order = a_paid_order(session, customer=customer)
    before = list(to_expire(session.end_datetime))

    complete([order], at=session.end_datetime)
    between = list(to_expire(session.end_datetime))
    accrue([order], at=session.end_datetime)

    assert (before, between, list(to_expire(session.end_datetime))) == ([customer.bonus_account], [], [])


def test_somebody_else_s_order_keeps_nothing():
    account = an_account(credited=NOON - 2 * YEAR)
    session = a_session()
    complete([a_paid_order(session, customer=a_customer())], at=session.end_datetime)

    assert list(to_expire(session.end_datetime)) == [account]


# --- Warning


WARNING = NOON + YEAR - 30 * DAY


@pytest.mark.parametrize(
    ("at", "is_due"),
    [
        (WARNING, False),
        (WARNING + TICK, True),
        (NOON + YEAR, True),
        (NOON + YEAR + TICK, False),
    ],
)
def test_a_customer_is_warned_within_a_month_before(at, is_due):
    account = an_account()

    assert list(to_warn(at)) == ([account] if is_due else [])


def test_a_warning_says_how_many_points_lapse_when():
    account = an_account()

    warn_of_expiry([account], at=WARNING + DAY)

    letter = Notification.objects.get(kind=MessageKind.POINTS_EXPIRING)
    assert (letter.recipient, letter.language, letter.not_after) == (account.user.email, "en", NOON + YEAR)
    assert letter.context == {
        "points": 100,
        "expires": "2027-11-05T15:00:00+03:00",
        "link": "http://127.0.0.1:8000",
    }


def test_a_customer_is_warned_once():
    account = an_account()

    warn_of_expiry([account], at=WARNING + DAY)

    assert list(to_warn(WARNING + 2 * DAY)) == []


def test_a_credit_makes_a_new_warning_due_a_year_later():
    account = an_account()
    warn_of_expiry([account], at=WARNING + DAY)
    adjust(account, amount=1, reason="Sorry", at=NOON + YEAR)

    due = list(to_warn(WARNING + YEAR + DAY))
    warn_of_expiry(due, at=WARNING + YEAR + DAY)

    assert due == [account]
    assert Notification.objects.filter(kind=MessageKind.POINTS_EXPIRING).count() == 2


def test_somebody_who_was_switched_off_is_not_written_to():
    account = an_account()
    account.user.is_active = False
    account.user.save()

    warn_of_expiry([account], at=WARNING + DAY)

    assert (Notification.objects.count(), list(to_warn(WARNING + 2 * DAY))) == (0, [])


def test_points_that_lapse_need_no_warning_before():
    account = an_account()

    assert (list(to_expire(NOON + 2 * YEAR)), list(to_warn(NOON + 2 * YEAR))) == ([account], [])
