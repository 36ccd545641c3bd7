"""Staff of every role, and browsers in their hands."""

from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import User
from accounts.services import sync_roles
from cinema.roles import ROLES
from screenings.models import Cinema

PASSWORD = "wide open spaces"


def someone(role: str = "", *cinemas: Cinema, email: str = "", **fields: bool) -> User:
    """A member of staff of that role; a role is made when the first one comes."""
    person = User.objects.create_user(email or f"{role or 'nobody'}@example.org", PASSWORD, is_staff=True, **fields)
    if role:
        if not Group.objects.filter(name=role).exists():
            sync_roles(each for each in ROLES if each.code == role)
        person.groups.add(Group.objects.get(name=role))
    person.cinemas.set(cinemas)
    return person


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client
