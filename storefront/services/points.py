"""The history of a customer's points, in words."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from bonuses.models import BonusAccount, BonusTransaction
from house_rules.rules import rules

Type = BonusTransaction.Type


@dataclass(frozen=True)
class Movement:
    at: datetime
    amount: int
    words: str
    after: int  # the balance then, less what was owed


@dataclass(frozen=True)
class Points:
    balance: int
    owed: int
    expires: datetime | None
    movements: list[Movement]  # the latest first


def points_of(user: User) -> Points:
    """The points and their history. Two queries. Reads only."""
    account = BonusAccount.objects.filter(user=user).first()
    if account is None:
        return Points(0, 0, None, [])
    movements, after = [], 0
    rows = account.transactions.select_related("order", "reverses").order_by("transaction_date", "pk")
    for row in rows:
        after += row.amount
        movements.append(Movement(row.transaction_date, row.amount, _words(row), after))
    last = account.last_accrual_date
    return Points(
        balance=account.balance,
        owed=account.owed,
        expires=last + rules().bonus_validity if last and account.balance else None,
        movements=movements[::-1],
    )


def _words(row: BonusTransaction) -> str:
    order = {"order": row.order}
    if row.transaction_type == Type.ACCRUAL and row.extra_percent:
        return _("Earned for order %(order)s, with +%(extra)s %% of your level") % {**order, "extra": row.extra_percent}
    if row.transaction_type == Type.ACCRUAL:
        return _("Earned for order %(order)s") % order
    if row.transaction_type == Type.DEDUCTION:
        return _("Spent on order %(order)s") % order
    if row.transaction_type == Type.EXPIRATION:
        return _("Expired: no new points for a year")
    if row.transaction_type == Type.REVERSAL and row.amount < 0:
        return _("Deducted: order %(order)s was refunded") % order
    if row.transaction_type == Type.REVERSAL and row.refund_id is not None:
        return _("Returned: order %(order)s was refunded") % order
    if row.transaction_type == Type.REVERSAL:
        return _("Returned: order %(order)s wasn’t paid") % order
    return _("From the cinema: %(reason)s") % {"reason": row.description}
