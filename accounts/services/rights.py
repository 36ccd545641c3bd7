"""Nobody gives, or takes over, what they do not have."""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet

from accounts.models import User


def may_manage(actor: User, person: User) -> bool:
    """Whether the actor may change the person's account: only with all the rights and cinemas that the person has.

    Otherwise a new password for somebody above would be a way up. It makes no difference whether the person is active.
    Reads only.
    """
    if actor.pk == person.pk:
        return True
    if not _sees_as_much(actor, person):
        return False
    return actor.is_superuser or (not person.is_superuser and _rights(person) <= actor.get_all_permissions())


def roles_to_give(actor: User) -> QuerySet[Group]:
    """The groups that have no right that the actor lacks. Reads only."""
    if actor.is_superuser:
        return Group.objects.order_by("pk")
    held = actor.get_all_permissions()
    beyond = [
        pk
        for pk, app, codename in Permission.objects.values_list("pk", "content_type__app_label", "codename")
        if f"{app}.{codename}" not in held
    ]
    too_much = Group.permissions.through.objects.filter(permission__in=beyond).values("group")
    return Group.objects.exclude(pk__in=too_much).order_by("pk")


def _sees_as_much(actor: User, person: User) -> bool:
    if actor.all_cinemas:
        return True
    return not person.all_cinemas and not person.cinemas.exclude(pk__in=actor.cinemas.values("pk")).exists()


def _rights(person: User) -> set[str]:
    """Asked of the tables: `get_all_permissions` of somebody who is switched off is empty."""
    rows = Permission.objects.filter(Q(user=person) | Q(group__user=person))
    return {f"{app}.{codename}" for app, codename in rows.values_list("content_type__app_label", "codename")}
