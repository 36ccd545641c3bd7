"""Staff users of every role, and test clients logged in as them."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from accounts.models import User
from accounts.roles import ROLES
from accounts.services import sync_roles
from accounts.staff_sessions import ACTIVE as ACTIVE_AT
from accounts.staff_sessions import PASSWORD as PASSWORD_AT
from cinema import clock
from screenings.models import Cinema

BACKEND = "accounts.throttling.PasswordBackend"
PASSWORD = "wide open spaces"

_rights: dict[str, list[int]] = {}


def someone(role: str = "", *cinemas: Cinema, email: str = "", **fields: bool) -> User:
    """A staff user with that role, which is created if there is none yet.

    Role and cinemas are set without change history, as if the user had had them from the start.
    """
    person = User.objects.create_user(email or f"{role or 'nobody'}@example.org", PASSWORD, is_staff=True, **fields)
    if role:
        User.groups.through.objects.create(user=person, group=_group_of(role))
    User.cinemas.through.objects.bulk_create(User.cinemas.through(user=person, cinema=each) for each in cinemas)
    return person


def _group_of(role: str) -> Group:
    """The group that `sync_roles` creates. That reads every permission, so the result is cached in this process."""
    if found := Group.objects.filter(name=role).first():
        return found
    if role not in _rights:
        sync_roles(each for each in ROLES if each.code == role)
        made = Group.objects.get(name=role)
        _rights[role] = list(made.permissions.values_list("pk", flat=True))
        return made
    made = Group.objects.create(name=role)
    given = Group.permissions.through
    given.objects.bulk_create(given(group=made, permission_id=permission) for permission in _rights[role])
    return made


def browser(person: User, *, password_at: datetime | None = None) -> Client:
    """A client with a session for the user, without a log-in that throttling would count.

    The password was given now, or at `password_at`.
    """
    client = Client()
    session = SessionStore()
    session.update(
        {
            SESSION_KEY: str(person.pk),
            BACKEND_SESSION_KEY: BACKEND,
            HASH_SESSION_KEY: person.get_session_auth_hash(),
            PASSWORD_AT: (password_at or clock.now()).isoformat(),
            ACTIVE_AT: clock.now().isoformat(),
        }
    )
    session.create()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client
