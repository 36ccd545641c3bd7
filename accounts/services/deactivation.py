"""Deactivates and reactivates accounts; roles, cinemas and history are kept."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q

from accounts.errors import CannotDeactivateSelf, InsufficientAccess, LastOwner
from accounts.models import AccountChange, Pin, User
from accounts.roles import OWNER
from accounts.services.account_changes import record_account_change
from accounts.services.rights import may_manage


@transaction.atomic
def deactivate(people: Iterable[User], *, actor: User) -> list[User]:
    """Deactivate accounts: all their sessions end at once, and their passwords and PINs stop working. Returns them.

    All or none; accounts that are already inactive are skipped. Raises `CannotDeactivateSelf`, `InsufficientAccess` for
    a person with more rights or other cinemas than the actor, and `LastOwner` if no active owner would be left. Owns
    its transaction.
    """
    owners = User.objects.filter(Q(is_superuser=True) | Q(groups__name=OWNER), is_active=True)
    # Lock the owners: two owners who deactivate each other at the same moment must not both succeed.
    list(User.objects.select_for_update().filter(pk__in=owners.values("pk")).order_by("pk"))
    leaving = list(User.objects.select_for_update().filter(pk__in=[one.pk for one in people], is_active=True))
    for one in leaving:
        if one.pk == actor.pk:
            raise CannotDeactivateSelf
        if not may_manage(actor, one):
            raise InsufficientAccess(one)
    keys = [one.pk for one in leaving]
    if owners.filter(pk__in=keys).exists() and not owners.exclude(pk__in=keys).exists():
        raise LastOwner
    for one in leaving:
        one.is_active = False
        one.password = make_password(None)  # sessions are signed with the password hash, so this ends them
        one.save(update_fields=["is_active", "password"])  # one by one, so that each change is recorded in the history
    Pin.objects.filter(user__in=keys).delete()
    return leaving


@transaction.atomic
def reactivate(people: Iterable[User], *, at: datetime, actor: User) -> list[User]:
    """Reactivate accounts, which need a new password and a new PIN afterwards. Returns those reactivated.

    Raises `InsufficientAccess` as `deactivate` does. Owns its transaction.
    """
    returning = list(User.objects.select_for_update().filter(pk__in=[one.pk for one in people], is_active=False))
    for one in returning:
        if not may_manage(actor, one):
            raise InsufficientAccess(one)
    for one in returning:
        one.is_active = True
        one.save(update_fields=["is_active"])
        record_account_change(one, [AccountChange.Kind.REACTIVATED], at=at, actor=actor)
    return returning
