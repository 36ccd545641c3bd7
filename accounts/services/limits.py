"""How much one person may do alone in a day: each kind is added up over all orders, accounts and items.

A second account is not a second person: what a person may have done through other accounts is added up as well (see
`accounts_by_person`).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Sum

from accounts.errors import ApprovalRequired, ApproverNotAllowed
from accounts.models import LimitUse, User
from accounts.services.account_changes import accounts_by_person
from cinema.money import ZERO
from house_rules.rules import rules

#: What one person does alone is added up over this time, so that a large sum cannot be split into small ones.
LIMIT_WINDOW = timedelta(days=1)


def require_approval_above_limit(
    service: str, amount: int | Decimal, *, actor: User | None, approver: User | None, at: datetime
) -> None:
    """Raise `ApprovalRequired` if the amount would take one person over the limit per day; otherwise count it.

    An amount that an approver has approved is neither checked nor counted. Jobs have no actor and no limit. Raises
    `ApproverNotAllowed` if actor and approver are the same person. Must be called inside a transaction (the actor, and
    whoever may act through that account, are locked here, after everything else).
    """
    if actor is None or not amount:
        return
    if approver is not None:
        if approver.pk == actor.pk:
            raise ApproverNotAllowed
        return
    accounts = accounts_by_person(actor, at=at)
    people = User.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=accounts).order_by("pk")
    list(people.values_list("pk"))
    if _is_above(service, amount, accounts=accounts, at=at):
        raise ApprovalRequired(service)
    LimitUse.objects.create(person=actor, service=service, amount=amount, at=at)


def is_above_limit(service: str, amount: int | Decimal, *, actor: User, at: datetime) -> bool:
    """Whether the actor needs approval for this amount on top of what was counted today. Reads only."""
    return _is_above(service, amount, accounts=accounts_by_person(actor, at=at), at=at)


def _is_above(service: str, amount: int | Decimal, *, accounts: Mapping[int, set[int]], at: datetime) -> bool:
    """Whether the amount takes one of the people above the limit, with what was done through any of their accounts."""
    limit = _limit(service)
    if limit is None:
        return False
    alone = LimitUse.objects.filter(
        person__in=set().union(*accounts.values()), service=service, at__gt=at - LIMIT_WINDOW
    )
    used = dict(alone.values_list("person").annotate(Sum("amount")))
    return any(sum((used.get(one, ZERO) for one in own), ZERO) + amount > limit for own in accounts.values())


def _limit(service: str) -> int | Decimal | None:
    return rules().approval_limits.get(service)
