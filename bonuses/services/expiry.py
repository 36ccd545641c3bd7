from collections.abc import Iterable
from datetime import datetime

from bonuses.models import BonusAccount, BonusTransaction
from bonuses.services import balances


def expire(accounts: Iterable[BonusAccount], *, at: datetime) -> None:
    """Let the whole balance of each account lapse. Needs a transaction; a constant number of queries."""
    points = {key: balance for key, balance in balances.lock([each.pk for each in accounts]).items() if balance}
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
