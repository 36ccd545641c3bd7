"""A member of staff leaves: one step, which keeps roles and history."""

from collections.abc import Iterable

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q

from accounts.errors import LastOwner, NotYours, NotYourself
from accounts.models import User
from accounts.services.rights import may_manage
from cinema.roles import OWNER


@transaction.atomic
def deactivate(people: Iterable[User], *, actor: User) -> list[User]:
    """Deactivate people: their sessions end at once and for good, and their password is void. Returns who was active.

    All or none; who was inactive before is passed over. Raises `NotYourself`, `NotYours` for somebody with more rights
    or other cinemas than the actor, and `LastOwner` if nobody were left who can appoint others. Owns its transaction.
    """
    owners = User.objects.filter(Q(is_superuser=True) | Q(groups__name=OWNER), is_active=True)
    # One at a time: two owners who switch each other off at once must not both succeed.
    list(User.objects.select_for_update().filter(pk__in=owners.values("pk")).order_by("pk"))
    leaving = list(User.objects.select_for_update().filter(pk__in=[one.pk for one in people], is_active=True))
    for one in leaving:
        if one.pk == actor.pk:
            raise NotYourself
        if not may_manage(actor, one):
            raise NotYours(one)
    keys = [one.pk for one in leaving]
    if owners.filter(pk__in=keys).exists() and not owners.exclude(pk__in=keys).exists():
        raise LastOwner
    for one in leaving:
        one.is_active = False
        one.password = make_password(None)  # a session is signed with the password: with it they end
        one.save(update_fields=["is_active", "password"])  # one by one, so that their history is kept; they are few
    return leaving


@transaction.atomic
def reactivate(people: Iterable[User], *, actor: User) -> list[User]:
    """Reactivate people; somebody has to set a new password. Returns who was inactive. Raises `NotYours`. Owns its
    transaction.
    """
    returning = list(User.objects.select_for_update().filter(pk__in=[one.pk for one in people], is_active=False))
    for one in returning:
        if not may_manage(actor, one):
            raise NotYours(one)
    for one in returning:
        one.is_active = True
        one.save(update_fields=["is_active"])
    return returning
