"""Spends points on orders, returns spent points and takes back earned ones."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from accounts.models import User
from bonuses.errors import NotEnoughPoints
from bonuses.models import BonusAccount, BonusTransaction
from bonuses.services import balances
from cinema.db_functions import insert_from


@dataclass(frozen=True)
class GivenBack:
    """Points of a `DEDUCTION` that a refund returns to the customer; all fields but `points` are primary keys."""

    deduction: int
    account: int
    order: int | None
    points: int
    refund: int


@dataclass(frozen=True)
class TakenBack:
    """Points of an `ACCRUAL` that a refund takes back; all fields but `points` are primary keys."""

    accrual: int
    account: int
    order: int | None
    points: int
    refund: int


def spend(user: User | None, *, points: int, order: int, at: datetime) -> None:
    """Pay for an order with points. Raises `NotEnoughPoints`.

    Must be called inside a transaction (the order is locked, or new; the account is locked here).
    """
    account = BonusAccount.objects.select_for_update(of=("self",), no_key=True).filter(user=user).first()
    balance = account.balance if account else 0
    if account is None or balance < points:
        raise NotEnoughPoints(wanted=points, balance=balance)
    balances.debit({account.pk: points})
    BonusTransaction.objects.create(
        bonus_account=account,
        order_id=order,
        transaction_type=BonusTransaction.Type.DEDUCTION,
        amount=-points,
        transaction_date=at,
    )


def return_spent(orders: Collection[int], *, at: datetime) -> None:
    """Return all points that these cancelled orders (primary keys) spent and that were not returned yet. It changes no
    date: only new points renew an account.

    At most four queries. Must be called inside a transaction (the orders are locked; the accounts are locked here).
    """
    spent = BonusTransaction.objects.filter(
        order__in=orders, transaction_type=BonusTransaction.Type.DEDUCTION, reversals__isnull=True
    )
    points: defaultdict[int, int] = defaultdict(int)
    keys = []
    for key, account, amount in spent.values_list("pk", "bonus_account_id", "amount"):
        keys.append(key)
        points[account] -= amount
    if not keys:
        return
    balances.lock_accounts(points.keys())
    insert_from(
        BonusTransaction.objects.filter(pk__in=keys),
        BonusTransaction,
        bonus_account=F("bonus_account"),
        order=F("order"),
        transaction_type=BonusTransaction.Type.REVERSAL,
        amount=-F("amount"),
        transaction_date=at,
        reverses=F("pk"),
    )
    balances.put_back(points)


def give_back(returns: Sequence[GivenBack], *, at: datetime) -> None:
    """Return spent points for refunds. Raises `IntegrityError` for a second return for the same refund.

    What comes back stays valid for at least `BONUS_WARNING`. Must be called inside a transaction (the orders are
    locked; the accounts are locked here).
    """
    points = _reverse(
        [_reversal(back.deduction, back.account, back.order, back.points, back.refund, at) for back in returns]
    )
    balances.put_back(points)
    if refunded := {back.account for back in returns if back.points}:
        balances.keep_until_warned(refunded, at=at)


def take_back(returns: Sequence[TakenBack], *, at: datetime) -> None:
    """Take earned points back in full; what the balance lacks is added to `owed`.

    Must be called inside a transaction (the orders are locked; the accounts are locked here).
    """
    points = _reverse(
        [_reversal(back.accrual, back.account, back.order, -back.points, back.refund, at) for back in returns]
    )
    balances.debit({account: -amount for account, amount in points.items()})


def _reversal(
    original: int, account: int, order: int | None, amount: int, refund: int, at: datetime
) -> BonusTransaction:
    return BonusTransaction(
        bonus_account_id=account,
        order_id=order,
        transaction_type=BonusTransaction.Type.REVERSAL,
        amount=amount,
        transaction_date=at,
        reverses_id=original,
        refund_id=refund,
    )


def _reverse(reversals: Iterable[BonusTransaction]) -> dict[int, int]:
    """Lock the accounts, store the reversals, and return the sum for each account."""
    reversals = [each for each in reversals if each.amount]
    points: defaultdict[int, int] = defaultdict(int)
    for each in reversals:
        points[each.bonus_account_id] += each.amount
    if points:
        balances.lock_accounts(points.keys())
        BonusTransaction.objects.bulk_create(reversals)
    return points
