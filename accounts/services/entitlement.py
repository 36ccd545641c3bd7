"""Which members of staff may see something, found in one query for many people."""

from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import User


def staff_who_see(permissions: Iterable[str], *, cinemas: Collection[int]) -> QuerySet[User]:
    """Active members of staff who have all of the permissions (`app.codename`) and see all of the cinemas.

    The same as `has_perm` and `cinemas_of_person` say of each. Reads only.
    """
    here, wanted = {"user": OuterRef("pk")}, {*cinemas}
    people = User.objects.filter(is_active=True, is_staff=True)
    for permission in {*permissions}:
        app, codename = permission.split(".")
        granted = Permission.objects.filter(content_type__app_label=app, codename=codename)
        by_role = User.groups.through.objects.filter(**here, group__permissions__in=granted)
        directly = User.user_permissions.through.objects.filter(**here, permission__in=granted)
        people = people.filter(Q(is_superuser=True) | Exists(by_role) | Exists(directly))
    if not wanted:
        return people
    own: Any = User.cinemas.through.objects.filter(cinema__in=wanted).order_by().values("user")
    all_of_them = own.annotate(number=Count("pk")).filter(number=len(wanted)).values("user")
    return people.filter(Q(all_cinemas=True) | Q(pk__in=all_of_them))
