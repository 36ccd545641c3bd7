"""Creates a login for each role, and passwords for two customers."""

import secrets

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accounts.models import User
from accounts.roles import ROLES
from accounts.services import sync_roles
from bonuses.models import BonusAccount
from demo.chain import ADMIN_EMAIL, MAIL_DOMAIN
from screenings.models import Cinema

CUSTOMERS = 2  # who get a password: those with the most points


def create_logins() -> tuple[list[str], list[str], str]:
    """E-mail addresses of staff (the superuser and one user of each role) and of customers with points, and the new
    password that all of them share.

    Staff of a role that is not chain-wide work in the first cinema. Called again, it keeps the users and changes the
    password.
    """
    sync_roles()
    first = Cinema.objects.order_by("pk")[:1]
    groups = {group.name: group for group in Group.objects.all()}
    emails = [ADMIN_EMAIL]
    for role in ROLES:
        email = f"{role.code.replace('_', '.')}@{MAIL_DOMAIN}"
        person, _is_new = User.objects.get_or_create(
            email=email, defaults={"first_name": str(role.name).capitalize(), "is_staff": True}
        )
        person.groups.set([groups[role.code]])
        person.cinemas.set([] if role.chain_wide else first)
        User.objects.filter(pk=person.pk).update(is_active=True, all_cinemas=role.chain_wide)
        emails.append(email)
    rich = BonusAccount.objects.filter(user__is_staff=False).order_by("-balance", "pk")
    customers = list(rich.values_list("user__email", flat=True)[:CUSTOMERS])
    password = secrets.token_urlsafe(9)
    # One hash for all: hashing for each user takes seconds, and this is a developer's machine.
    User.objects.filter(email__in=[*emails, *customers]).update(password=make_password(password))
    return emails, customers, password
