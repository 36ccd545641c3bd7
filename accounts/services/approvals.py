"""Above a limit two people sign: one asks, another one who may do the same approves."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.errors import NotTheSecond, SecondNeeded
from accounts.models import Approval, User
from cinema.status import transition
from cinema.validators import clean_reason

#: What one person did to one row within so long counts together, so that a large sum is not cut into small ones.
TOGETHER = timedelta(days=1)


def limit_one_person(what: str, amount: int | Decimal, *, actor: User | None, second: User | None) -> None:
    """Refuse with `SecondNeeded` more than the setting `SECOND_SIGNATURE_ABOVE` lets one person do; jobs are no person.

    `amount` counts what the same person did there within `TOGETHER` as well. `second` is who has agreed: somebody else,
    or it is `NotTheSecond`.
    """
    limit = settings.SECOND_SIGNATURE_ABOVE.get(what)
    if actor is None or limit is None or amount <= limit:
        return
    if second is None:
        raise SecondNeeded
    if second.pk == actor.pk:
        raise NotTheSecond


def approve(approval: Approval, *, do: Callable[[Approval], str], at: datetime, actor: User) -> str:
    """Have what was asked for done, by `do`, in one step with the signature. May be refused as it may be.

    Refuses with `NotTheSecond` who asked, and with `ForbiddenMove` what was decided before.
    """
    with transaction.atomic():
        row = _lock(approval, actor)
        transition([row], Approval.Status.APPROVED, decided_at=at, decided_by=actor)
        return do(row)


def refuse(approval: Approval, *, reason: str, at: datetime, actor: User) -> None:
    """It is not done. Refuses as `approve`, and with `ReasonNeeded` to say no without saying why."""
    reason = clean_reason(reason)
    with transaction.atomic():
        transition([_lock(approval, actor)], Approval.Status.REFUSED, decided_at=at, decided_by=actor, why=reason)


def ask_for(about: dict[str, Any], *, asked_for: dict[str, Any], at: datetime, actor: User) -> Approval:
    """Store what somebody wants to do. Asked for again, by whomever, the last one counts."""
    with transaction.atomic():
        fresh = {**asked_for, "asked_at": at, "asked_by": actor}
        approval, _is_new = Approval.objects.update_or_create(**about, status=Approval.Status.ASKED, defaults=fresh)
    return approval


def _lock(approval: Approval, actor: User) -> Approval:
    row = Approval.objects.select_for_update(of=("self",)).get(pk=approval.pk)
    if row.asked_by_id == actor.pk:
        raise NotTheSecond
    return row
