"""Staff of every role, and browsers in their hands."""

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from accounts.models import User
from accounts.services import sync_roles
from cinema.roles import ROLES
from screenings.models import Cinema

BACKEND = "django.contrib.auth.backends.ModelBackend"
PASSWORD = "wide open spaces"

_rights: dict[str, list[int]] = {}


def someone(role: str = "", *cinemas: Cinema, email: str = "", **fields: bool) -> User:
    """A member of staff of that role; a role is made when the first one comes.

    Of their history they know that they were made: role and cinemas were theirs from the beginning.
    """
    person = User.objects.create_user(email or f"{role or 'nobody'}@example.org", PASSWORD, is_staff=True, **fields)
    if role:
        User.groups.through.objects.create(user=person, group=_group_of(role))
    User.cinemas.through.objects.bulk_create(User.cinemas.through(user=person, cinema=each) for each in cinemas)
    return person


def _group_of(role: str) -> Group:
    """As `sync_roles` makes it, which looks through every permission there is: so the first time, and copied later."""
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


def browser(person: User) -> Client:
    """Logged in already, which throttles nothing and leaves no trace."""
    client = Client()
    session = SessionStore()
    session.update(
        {SESSION_KEY: str(person.pk), BACKEND_SESSION_KEY: BACKEND, HASH_SESSION_KEY: person.get_session_auth_hash()}
    )
    session.create()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client
