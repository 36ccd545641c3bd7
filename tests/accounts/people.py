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


def someone(role: str = "", *cinemas: Cinema, email: str = "", **fields: bool) -> User:
    """A member of staff of that role; a role is made when the first one comes.

    Of their history they know that they were made: role and cinemas were theirs from the beginning.
    """
    person = User.objects.create_user(email or f"{role or 'nobody'}@example.org", PASSWORD, is_staff=True, **fields)
    if role:
        groups = Group.objects.filter(name=role)
        if not groups:
            sync_roles(each for each in ROLES if each.code == role)
        User.groups.through.objects.create(user=person, group=groups.get())
    User.cinemas.through.objects.bulk_create(User.cinemas.through(user=person, cinema=each) for each in cinemas)
    return person


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
