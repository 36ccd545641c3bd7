from collections.abc import Iterable
from datetime import datetime

from bonuses.models import BonusAccount, BonusTransaction
from bonuses.services import balances


def expire(accounts: Iterable[BonusAccount], *, at: datetime) -> None:
    """Let the whole balance of each account lapse. Needs a transaction; a constant number of queries."""
    rows = [account for account in balances.lock([each.pk for each in accounts]).values() if account.balance]
    BonusTransaction.objects.bulk_create(
        [
            BonusTransaction(
                bonus_account=account,
                transaction_type=BonusTransaction.Type.EXPIRATION,
                amount=-account.balance,
                transaction_date=at,
            )
            for account in rows
        ]
    )
    balances.debit({account.pk: account.balance for account in rows})
