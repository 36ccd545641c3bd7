"""Creates the groups of staff from `accounts.roles`."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from accounts.errors import UnknownPermission
from accounts.roles import ROLES, Role


@dataclass(frozen=True)
class Change:
    """How many permissions one role gained and lost."""

    role: str
    is_new: bool
    given: int
    taken: int

    def __str__(self) -> str:
        return f"{self.role} {'is new, ' if self.is_new else ''}+{self.given} -{self.taken}"


@transaction.atomic
def sync_roles(roles: Iterable[Role] = ROLES) -> list[Change]:
    """Create or update the group of each role, with exactly its permissions; returns the changes.

    Members stay in their groups, and other groups are not touched. Raises `UnknownPermission` before any change.
    Owns its transaction.
    """
    roles = list(roles)
    known = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.values_list("pk", "content_type__app_label", "codename")
    }
    if unknown := sorted(frozenset().union(*(role.permissions for role in roles)) - known.keys()):
        raise UnknownPermission(unknown)
    changes = []
    for role in roles:
        group, is_new = Group.objects.get_or_create(name=role.code)
        held = set(group.permissions.values_list("pk", flat=True))
        wanted = {known[permission] for permission in role.permissions}
        if is_new or held != wanted:
            group.permissions.set(wanted)
            changes.append(Change(role.code, is_new, len(wanted - held), len(held - wanted)))
    return changes
