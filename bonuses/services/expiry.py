from collections.abc import Iterable
from datetime import datetime

from bonuses.models import BonusAccount, BonusTransaction
from bonuses.services import balances


def expire(accounts: Iterable[BonusAccount], *, at: datetime) -> None:
    """Expire the whole balance of each account. A constant number of queries.

    Must be called inside a transaction (the accounts are locked here, after orders).
    """
    rows = BonusAccount.objects.filter(pk__in=[account.pk for account in accounts])
    expire_locked(list(rows.select_for_update(of=("self",), no_key=True).order_by("pk")), at=at)


def expire_locked(accounts: Iterable[BonusAccount], *, at: datetime) -> None:
    """Expire the whole balance of each account of a job's batch.

    Must be called inside a transaction (the accounts are locked and were read afterwards).
    """
    points = {account.pk: account.balance for account in accounts if account.balance}
    BonusTransaction.objects.bulk_create(
        [
            BonusTransaction(
                bonus_account_id=account,
                transaction_type=BonusTransaction.Type.EXPIRATION,
                amount=-balance,
                transaction_date=at,
            )
            for account, balance in points.items()
        ]
    )
    balances.debit(points)
