"""Points that pay for an order, and their way back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from bonuses.errors import NotEnoughPoints
from bonuses.models import BonusAccount, BonusTransaction
from bonuses.services import balances


@dataclass(frozen=True)
class GivenBack:
    """Points of a `DEDUCTION` that return to the customer; `refund` is empty when the order was cancelled."""

    deduction: BonusTransaction
    points: int
    refund: int | None = None


@dataclass(frozen=True)
class TakenBack:
    """Points of an `ACCRUAL` that a refund takes back."""

    accrual: BonusTransaction
    points: int
    refund: int


def spend(user: User | None, *, points: int, order: int, at: datetime) -> None:
    """Pay for an order with points, or refuse with `NotEnoughPoints`. Needs a transaction."""
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


def give_back(returns: Sequence[GivenBack], *, at: datetime) -> None:
    """Return spent points, many at once. A second return for the same refund or cancellation breaks a constraint."""
    points = _reverse([(back.deduction, back.points, back.refund) for back in returns], at=at)
    balances.credit(points, at=at)


def take_back(returns: Sequence[TakenBack], *, at: datetime) -> None:
    """Take earned points back, many at once, in full: what the balance lacks is owed."""
    points = _reverse([(back.accrual, -back.points, back.refund) for back in returns], at=at)
    balances.debit({account: -amount for account, amount in points.items()})


def _reverse(returns: Iterable[tuple[BonusTransaction, int, int | None]], *, at: datetime) -> dict[int, int]:
    """Lock the accounts, write the reversals, and sum what each account gets."""
    returns = [each for each in returns if each[1]]
    points: defaultdict[int, int] = defaultdict(int)
    for original, amount, _refund in returns:
        points[original.bonus_account_id] += amount
    if points:
        balances.lock(points.keys())
        BonusTransaction.objects.bulk_create(
            [
                BonusTransaction(
                    bonus_account_id=original.bonus_account_id,
                    order_id=original.order_id,
                    transaction_type=BonusTransaction.Type.REVERSAL,
                    amount=amount,
                    transaction_date=at,
                    reverses=original,
                    refund_id=refund,
                )
                for original, amount, refund in returns
            ]
        )
    return points
