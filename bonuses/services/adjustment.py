from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import require_approval_above_limit
from bonuses.errors import AdjustmentRefused, BalanceChanged, OwnPoints
from bonuses.models import MOST_POINTS, BonusAccount, BonusTransaction
from bonuses.services import balances
from cinema.validators import clean_reason


def adjust(
    account: BonusAccount,
    *,
    amount: int,
    reason: str,
    at: datetime,
    actor: User | None = None,
    seen: int | None = None,
    approver: User | None = None,
) -> BonusTransaction:
    """Add points to an account, or take points with a negative amount, on a staff member's decision.

    Raises `ReasonNeeded`; `OwnPoints` for an account of the actor or approver; `AdjustmentRefused` if the amount is 0,
    out of bounds or takes more than the balance; `BalanceChanged` if there is an adjustment later than `seen` (see
    `last_adjustment`); and `ApprovalRequired` above the limit for one person, unless there is an `approver`. Owns its
    transaction.
    """
    reason = clean_reason(reason)
    if any(account.belongs_to(person) for person in (actor, approver) if person):
        raise OwnPoints
    if not amount or abs(amount) > MOST_POINTS:
        raise AdjustmentRefused(
            _("The balance can’t be changed by %(amount)d points. Enter a different number.") % {"amount": amount}
        )
    with transaction.atomic():
        balance = balances.lock_accounts([account.pk])[account.pk]
        if seen is not None and (last := _adjustments(account).select_related("actor").first()) and last.pk > seen:
            raise BalanceChanged(
                _(
                    "%(actor)s has just changed the balance by %(amount)+d (%(reason)s). If your change is in "
                    "addition to that, confirm it again."
                )
                % {"actor": last.actor or _("someone"), "amount": last.amount, "reason": last.description}
            )
        if balance + amount < 0:
            raise AdjustmentRefused(
                _("Can’t deduct %(amount)d points: the balance is %(balance)d. Enter a smaller number.")
                % {"amount": -amount, "balance": balance}
            )
        if balance + amount > MOST_POINTS:
            raise AdjustmentRefused(
                _("The balance can’t be changed by %(amount)d points. Enter a different number.") % {"amount": amount}
            )
        require_approval_above_limit("bonuses.adjust", abs(amount), actor=actor, approver=approver, at=at)
        if amount > 0:
            balances.credit({account.pk: amount}, at=at)
        else:
            balances.debit({account.pk: -amount})
        return BonusTransaction.objects.create(
            bonus_account=account,
            transaction_type=BonusTransaction.Type.ADJUSTMENT,
            amount=amount,
            transaction_date=at,
            description=reason,
            actor=actor,
        )


def last_adjustment(account: BonusAccount) -> int:
    """The primary key of the last adjustment, or 0; pages pass it back as `seen`. One query. Reads only."""
    return _adjustments(account).values_list("pk", flat=True).first() or 0


def _adjustments(account: BonusAccount) -> QuerySet[BonusTransaction]:
    return account.transactions.filter(transaction_type=BonusTransaction.Type.ADJUSTMENT).order_by("-pk")
