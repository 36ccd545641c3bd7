"""What people may do; and sessions that open no page of the admin: those of the shop, where staff are customers too,
and those of a PIN.
"""

from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.models import Permission
from django.http import HttpRequest

from accounts.models import User

SHOP_BACKEND = "accounts.backends.ShopBackend"
PIN_BACKEND = "accounts.backends.PinBackend"


class PermissionBackend(ModelBackend):
    """Permissions of roles and of the person, which Django's own backend reads with a query each. One query."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if user_obj.is_active and not user_obj.is_anonymous and not hasattr(user_obj, "_perm_cache"):
            user_obj._perm_cache = _permissions_of(user_obj)
        found: set[str] = super().get_all_permissions(user_obj, obj)
        return found


def _permissions_of(person: User) -> set[str]:
    rows = Permission.objects.order_by().values_list("content_type__app_label", "codename")
    if not person.is_superuser:
        rows = rows.filter(user=person).union(rows.filter(group__user=person))
    return {f"{app}.{name}" for app, name in rows}


class ShopBackend(BaseBackend):
    """Marks sessions that began at the shop. It checks no passwords and grants no permissions."""

    def get_user(self, user_id: Any) -> User | None:
        return ModelBackend().get_user(user_id)


class PinBackend(ShopBackend):
    """Marks sessions that began with a PIN on a device of the box office, and open nothing else."""


def is_shop_session(request: HttpRequest) -> bool:
    """Whether the session began at the shop. Logging in to the admin makes it one of the admin's, and the reverse."""
    session = getattr(request, "session", None)  # an error page may be rendered before there is one
    return session is not None and session.get(BACKEND_SESSION_KEY) == SHOP_BACKEND


def is_pin_session(request: HttpRequest) -> bool:
    """Whether the session began with a PIN, at the box office."""
    session = getattr(request, "session", None)
    return session is not None and session.get(BACKEND_SESSION_KEY) == PIN_BACKEND
