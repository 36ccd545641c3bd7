from datetime import timedelta

import pytest

from accounts.models import User
from bonuses.errors import AdjustmentRefused, OwnPoints
from bonuses.models import MOST_POINTS, BonusAccount, BonusTransaction
from bonuses.services import adjust
from cinema.validators import ReasonNeeded
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_customer
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

SOON = NOON + timedelta(hours=1)


@pytest.fixture
def account():
    return a_customer(points=100, at=NOON).bonus_account


def seen(account):
    account.refresh_from_db()
    return account.balance, account.owed, account.last_accrual_date


def test_points_are_added_with_a_reason_and_an_actor(account):
    manager = a_customer()

    entry = adjust(account, amount=50, reason="  Sorry for the noise ", at=SOON, actor=manager)

    assert seen(account) == (150, 0, SOON)
    assert (entry.transaction_type, entry.amount, entry.transaction_date, entry.description, entry.actor) == (
        "ADJUSTMENT",
        50,
        SOON,
        "Sorry for the noise",
        manager,
    )


def test_taking_points_does_not_extend_their_validity(account):
    adjust(account, amount=-100, reason="Mistake", at=SOON)

    assert seen(account) == (0, 0, NOON)


def test_added_points_pay_what_is_owed_first(account):
    BonusAccount.objects.update(balance=0, owed=30)

    adjust(account, amount=20, reason="Sorry", at=SOON)
    first = seen(account)
    adjust(account, amount=20, reason="Sorry", at=SOON)

    assert (first, seen(account)) == ((0, 10, SOON), (10, 0, SOON))


def test_added_points_allow_a_new_expiry_warning(account):
    BonusAccount.objects.update(expiry_warned_at=NOON)

    adjust(account, amount=1, reason="Sorry", at=SOON)

    account.refresh_from_db()
    assert account.expiry_warned_at is None


def test_a_reason_of_the_maximum_length_is_kept(account):
    entry = adjust(account, amount=1, reason="x" * 250, at=SOON)

    assert entry.description == "x" * 250


@pytest.mark.parametrize("amount", [0, -101, MOST_POINTS, MOST_POINTS + 1, -MOST_POINTS - 1, 10**30])
def test_an_invalid_amount_is_refused(account, amount):
    with raises_unchanged(AdjustmentRefused):
        adjust(account, amount=amount, reason="Sorry", at=SOON)


@pytest.mark.parametrize("reason", ["", "  ", "\n", "x" * 251, "a\x00b"])
def test_an_invalid_reason_is_refused_and_nothing_changes(account, reason):
    with raises_unchanged(ReasonNeeded):
        adjust(account, amount=1, reason=reason, at=SOON)


def test_the_balance_is_read_again_after_locking(account):
    stale = BonusAccount.objects.get()
    adjust(account, amount=-60, reason="Mistake", at=SOON)

    with raises_unchanged(AdjustmentRefused):
        adjust(stale, amount=-60, reason="Mistake", at=SOON)


def test_every_change_is_a_transaction(account):
    for amount in (10, -20, 30):
        adjust(account, amount=amount, reason="Practice", at=SOON)

    amounts = list(BonusTransaction.objects.order_by("pk").values_list("amount", flat=True))
    assert (amounts, seen(account)[0]) == ([100, 10, -20, 30], 120)


def test_nobody_changes_or_approves_their_own_points():
    one, other = someone("cinema_manager"), someone("owner", all_cinemas=True)
    mine = BonusAccount.objects.create(user=one)

    for amount in (10, 6_000):
        with raises_unchanged(OwnPoints):
            adjust(mine, amount=amount, reason="For me", at=SOON, actor=one)
        with raises_unchanged(OwnPoints):
            adjust(mine, amount=amount, reason="For you", at=SOON, actor=other, approver=one)
    adjust(mine, amount=10, reason="Welcome", at=SOON, actor=other)


def test_points_of_a_second_account_with_the_same_phone_are_ones_own():
    one = someone("cinema_manager")
    User.objects.filter(pk=one.pk).update(phone="8 (916) 123-45-67")
    one.refresh_from_db()
    account = BonusAccount.objects.create(user=User.objects.create_user("private@example.org", phone="+79161234567"))

    with raises_unchanged(OwnPoints):
        adjust(account, amount=10, reason="For me", at=SOON, actor=one)

    adjust(account, amount=10, reason="Sorry", at=SOON, actor=someone("owner", all_cinemas=True))
