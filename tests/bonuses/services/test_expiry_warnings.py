"""E-mails that warn customers before their points expire."""

from datetime import timedelta

import pytest

from bonuses.models import BonusAccount
from bonuses.services import adjust, warn_of_expiry
from notifications.models import MessageKind, Notification
from tests.helpers.factories import NOON, a_customer

pytestmark = pytest.mark.django_db

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
YEAR = timedelta(days=365)
WARNING = NOON + YEAR - 30 * DAY


def an_account():
    account = a_customer(points=100, at=NOON).bonus_account
    account.refresh_from_db()
    return account


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

    assert list(BonusAccount.objects.to_warn(at)) == ([account] if is_due else [])


def test_a_warning_says_how_many_points_lapse_when():
    account = an_account()

    warn_of_expiry([account], at=WARNING + DAY)

    warning = Notification.objects.get(kind=MessageKind.POINTS_EXPIRING)
    assert (warning.recipient, warning.language, warning.not_after) == (account.user.email, "en", NOON + YEAR)
    assert warning.context == {
        "points": 100,
        "expires": "2027-11-05T15:00:00+03:00",
        "link": "http://127.0.0.1:8000",
    }


def test_a_customer_is_warned_once():
    account = an_account()

    warn_of_expiry([account], at=WARNING + DAY)

    assert list(BonusAccount.objects.to_warn(WARNING + 2 * DAY)) == []


def test_a_credit_makes_a_new_warning_due_a_year_later():
    account = an_account()
    warn_of_expiry([account], at=WARNING + DAY)
    adjust(account, amount=1, reason="Sorry", at=NOON + YEAR)

    due = list(BonusAccount.objects.to_warn(WARNING + YEAR + DAY))
    warn_of_expiry(due, at=WARNING + YEAR + DAY)

    assert due == [account]
    assert Notification.objects.filter(kind=MessageKind.POINTS_EXPIRING).count() == 2


def test_somebody_who_was_switched_off_is_not_written_to():
    account = an_account()
    account.user.is_active = False
    account.user.save()

    warn_of_expiry([account], at=WARNING + DAY)

    assert (Notification.objects.count(), list(BonusAccount.objects.to_warn(WARNING + 2 * DAY))) == (0, [])
