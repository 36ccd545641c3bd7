"""How much one person may do alone in a day: each kind is added up over all orders, accounts and items."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Sum

from accounts.errors import ApprovalRequired, ApproverNotAllowed
from accounts.models import LimitUse, User
from cinema.money import ZERO
from house_rules.rules import rules

#: What one person does alone is added up over this time, so that a large sum cannot be split into small ones.
LIMIT_WINDOW = timedelta(days=1)


def require_approval_above_limit(
    service: str, amount: int | Decimal, *, actor: User | None, approver: User | None, at: datetime
) -> None:
    """Raise `ApprovalRequired` if the amount would take the actor over the limit per day; otherwise count it.

    An amount that an approver has approved is neither checked nor counted. Jobs have no actor and no limit. Raises
    `ApproverNotAllowed` if actor and approver are the same person. Must be called inside a transaction (the actor is
    locked here, after everything else).
    """
    if actor is None or not amount:
        return
    if approver is not None:
        if approver.pk == actor.pk:
            raise ApproverNotAllowed
        return
    User.objects.select_for_update(of=("self",), no_key=True).values_list("pk").get(pk=actor.pk)
    if is_above_limit(service, amount, actor=actor, at=at):
        raise ApprovalRequired(service)
    LimitUse.objects.create(person=actor, service=service, amount=amount, at=at)


def is_above_limit(service: str, amount: int | Decimal, *, actor: User, at: datetime) -> bool:
    """Whether the actor needs approval for this amount on top of what was counted today. Reads only."""
    limit = _limit(service)
    if limit is None:
        return False
    alone = LimitUse.objects.filter(person=actor, service=service, at__gt=at - LIMIT_WINDOW)
    return bool(alone.aggregate(sum=Sum("amount", default=ZERO))["sum"] + amount > limit)


def _limit(service: str) -> int | Decimal | None:
    return rules().approval_limits.get(service)
