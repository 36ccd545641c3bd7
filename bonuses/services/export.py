"""Exports the points and the level of a customer who asks for their personal data."""

from typing import Any

from accounts.models import User
from accounts.services import facts_of
from bonuses.models import BonusAccount

ACCOUNT = "balance owed last_accrual_date".split()
TRANSACTION = "transaction_type amount transaction_date description".split()


def points_of_customer(user: User) -> dict[str, Any] | None:
    """The account with its level, and every transaction with the number of its order; None without an account. Reads
    only.
    """
    account = BonusAccount.objects.filter(user=user).select_related("tier").first()
    if account is None:
        return None
    entries = account.transactions.order_by("pk").select_related("order")
    return {
        **facts_of(account, ACCOUNT),
        "level": account.tier.name if account.tier else "",
        "level_until": account.tier_until,
        "movements": [
            {"order": entry.order.number if entry.order else "", **facts_of(entry, TRANSACTION)} for entry in entries
        ],
    }
