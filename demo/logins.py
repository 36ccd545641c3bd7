"""A log-in for each role and for two customers, to see the cinema through its people's eyes."""

import secrets

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accounts.models import User
from accounts.services import sync_roles
from bonuses.models import BonusAccount
from cinema.roles import ROLES
from orders.demo.chain import ADMIN, MAIL
from screenings.models import Cinema

CUSTOMERS = 2  # who are let into the shop: those with the most points


def let_in() -> tuple[list[str], list[str], str]:
    """The log-ins of staff, a person of each role and the superuser; those of customers with points; and a new
    password, the same for all of them.

    Who does not work for the whole chain works in its first cinema.
    """
    sync_roles()
    first = Cinema.objects.order_by("pk")[:1]
    groups = {group.name: group for group in Group.objects.all()}
    emails = [ADMIN]
    for role in ROLES:
        email = f"{role.code.replace('_', '.')}@{MAIL}"
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
    # One hash for all: to make each its own takes seconds, and this is a developer's machine.
    User.objects.filter(email__in=[*emails, *customers]).update(password=make_password(password))
    return emails, customers, password
