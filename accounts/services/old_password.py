"""The old password, which whoever sets a new one has to know."""

from datetime import datetime

from accounts.models import User
from accounts.services import rate_limits


def is_old_password(person: User, password: str, *, at: datetime) -> bool:
    """Whether this is the person's password. Each try counts, before anything is hashed: a session that somebody left
    open would otherwise be a place to find the password out.

    Raises `RateLimited`. Owns its transaction.
    """
    rate_limits.hit("old_password", person=f"user {person.pk}", at=at)
    return person.check_password(password)
