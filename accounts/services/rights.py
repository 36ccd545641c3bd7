"""Staff cannot grant rights, or manage accounts with rights, that they do not have themselves."""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet

from accounts.models import User


def may_manage(actor: User, person: User) -> bool:
    """Whether the actor may change this account: only if the actor has all of the person's rights and cinemas.

    Otherwise the actor could gain rights by resetting a superior's password. Inactive accounts are no exception. Reads
    only.
    """
    if actor.pk == person.pk:
        return True
    if not _sees_as_much(actor, person):
        return False
    return actor.is_superuser or (not person.is_superuser and _rights(person) <= actor.get_all_permissions())


def roles_to_give(actor: User) -> QuerySet[Group]:
    """The groups that the actor may assign: those without any permission that the actor lacks. Reads only."""
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


def who_gives_access(person: User) -> QuerySet[User]:
    """The staff who can give this person a role or a cinema: chain-wide staff, and those of the person's cinemas.
    Reads only.
    """
    able = User.objects.filter(
        Q(is_superuser=True)
        | Q(groups__permissions__codename="change_user", groups__permissions__content_type__app_label="accounts"),
        is_active=True,
        is_staff=True,
    )
    near = able.filter(Q(all_cinemas=True) | Q(cinemas__in=person.cinemas.values("pk")))
    return near.exclude(pk=person.pk).order_by("all_cinemas", "email").distinct()


def _sees_as_much(actor: User, person: User) -> bool:
    if actor.all_cinemas:
        return True
    return not person.all_cinemas and not person.cinemas.exclude(pk__in=actor.cinemas.values("pk")).exists()


def _rights(person: User) -> set[str]:
    """Read from the tables, since `get_all_permissions` is empty for inactive users."""
    rows = Permission.objects.filter(Q(user=person) | Q(group__user=person))
    return {f"{app}.{codename}" for app, codename in rows.values_list("content_type__app_label", "codename")}
