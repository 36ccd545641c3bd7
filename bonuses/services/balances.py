"""Credits and debits balances. Callers lock the accounts first and create the matching `BonusTransaction`s."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Greatest

from bonuses.models import BonusAccount
from cinema.db_functions import PerRowDelta
from house_rules.rules import rules


def lock_accounts(accounts: Collection[int]) -> dict[int, int]:
    """Lock the accounts in primary key order until the transaction ends, and return their current balances."""
    rows = BonusAccount.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=accounts).order_by("pk")
    return dict(rows.values_list("pk", "balance"))


def credit(points: Mapping[int, int], *, at: datetime) -> None:
    """Add new points to each account. `owed` is paid first, and the expiry period starts again at `at`. One query."""
    _change(points, last_accrual_date=at, expiry_warned_at=None)


def put_back(points: Mapping[int, int]) -> None:
    """Add points that were spent to each account. `owed` is paid first, and nothing is renewed. One query."""
    _change(points)


def keep_until_warned(accounts: Collection[int], *, at: datetime) -> None:
    """Keep the points of the accounts valid for at least `BONUS_WARNING` from `at`. Customers whose points are now
    valid for longer are warned again. Two queries.
    """
    earliest = at - rules().bonus_validity + settings.BONUS_WARNING
    older = Q(last_accrual_date__isnull=True) | Q(last_accrual_date__lt=earliest)
    BonusAccount.objects.filter(older, pk__in=accounts).update(last_accrual_date=earliest, expiry_warned_at=None)


def debit(points: Mapping[int, int]) -> None:
    """Take points from each account; what the balance lacks is added to `owed`. One query."""
    _change({account: -amount for account, amount in points.items()})


def _change(points: Mapping[int, int], **stamps: datetime | None) -> None:
    if not points:
        return
    net = F("balance") - F("owed") + PerRowDelta(points)
    BonusAccount.objects.filter(pk__in=points.keys()).update(balance=Greatest(net, 0), owed=Greatest(-net, 0), **stamps)
