"""Links with which staff set their password: signed, expiring and usable once. Nothing is stored.

Staff never set each other's passwords. A link is sent only to the address of the account.
"""

from datetime import datetime

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.errors import PasswordLinkRefused
from accounts.models import User

SALT = "accounts.password_links"


def password_token(person: User, *, at: datetime) -> str:
    """The token of a link for this member of staff, valid for `PASSWORD_LINK`. Reads only."""
    until = (at + settings.PASSWORD_LINK).timestamp()
    return signing.dumps({"person": person.pk, "state": link_state(person), "until": until}, salt=SALT)


def account_of_link(token: str, *, at: datetime) -> User:
    """The account whose password the link sets. Raises `PasswordLinkRefused`. Reads only."""
    try:
        data = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise PasswordLinkRefused from error
    person = User.objects.filter(pk=data["person"], is_active=True, is_staff=True).first()
    if person is None or data["until"] < at.timestamp() or not constant_time_compare(link_state(person), data["state"]):
        raise PasswordLinkRefused
    return person


def set_password_by_link(token: str, password: str, *, at: datetime) -> User:
    """Set the password; all sessions of the account end, and so does every link that was sent before.

    The caller has validated the password. Raises `PasswordLinkRefused`, also for a second use at the same moment. Owns
    its transaction.
    """
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=account_of_link(token, at=at).pk)
        account_of_link(token, at=at)  # again, now that the row is locked
        person.set_password(password)
        person.save(update_fields=["password"])
    return person


def link_state(person: User) -> str:
    """A value that changes with the password and the address: links made before no longer work. Reads only."""
    facts = [person.pk, person.password, person.email]
    return salted_hmac(SALT, "|".join(map(str, facts)), algorithm="sha256").hexdigest()[:32]
