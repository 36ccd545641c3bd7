from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bonuses.models import BonusAccount, BonusTransaction
from bonuses.services import balances
from bonuses.services.values import with_extra


@dataclass(frozen=True)
class Earned:
    """Points that an order earns everybody; `user` and `order` are primary keys."""

    user: int
    order: int
    points: int


def accrue(earned: Sequence[Earned], *, at: datetime) -> None:
    """Credit earned points, with what the customer's level adds; missing accounts are created.

    A constant number of queries. Raises `IntegrityError` for a second accrual of the same order. Must be called inside
    a transaction (the orders are locked; the accounts are locked here).
    """
    earned = [each for each in earned if each.points]
    if not earned:
        return
    users = {each.user for each in earned}
    accounts = _lock_accounts(users)
    missing = users - accounts.keys()
    if missing:
        # Another process may create the same account at this moment; its row is then used.
        BonusAccount.objects.bulk_create([BonusAccount(user_id=user) for user in missing], ignore_conflicts=True)
        accounts = _lock_accounts(users)
    BonusTransaction.objects.bulk_create(
        [
            BonusTransaction(
                bonus_account_id=accounts[each.user].pk,
                order_id=each.order,
                transaction_type=BonusTransaction.Type.ACCRUAL,
                amount=with_extra(each.points, accounts[each.user].extra_percent),
                extra_percent=accounts[each.user].extra_percent,
                transaction_date=at,
            )
            for each in earned
        ]
    )
    points: defaultdict[int, int] = defaultdict(int)
    for each in earned:
        account = accounts[each.user]
        points[account.pk] += with_extra(each.points, account.extra_percent)
    balances.credit(points, at=at)


class Account(NamedTuple):
    pk: int
    extra_percent: int


def _lock_accounts(users: set[int]) -> dict[int, Account]:
    rows = BonusAccount.objects.select_for_update(of=("self",), no_key=True).filter(user__in=users).order_by("pk")
    columns = rows.values_list("user_id", "pk", "tier__extra_percent")
    return {user: Account(pk, extra or 0) for user, pk, extra in columns}
