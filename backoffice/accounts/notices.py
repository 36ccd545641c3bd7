"""Notifies members of staff when a colleague changes how they sign in, so that no account is taken over unnoticed."""

from datetime import datetime

from django.db import transaction

from accounts.models import AccountChange, User
from notifications.models import MessageKind
from notifications.services import Message, queue


def queue_notice(person: User, change: AccountChange.Kind, *, at: datetime, actor: User, recipient: str = "") -> None:
    """Queue the message to the account's address, or to `recipient`: the one that the account had before. Owns its
    transaction.
    """
    message = Message(
        kind=MessageKind.STAFF_ACCOUNT,
        recipient=recipient or person.email,
        occasion=f"{change} {at.isoformat()}",
        language=person.preferred_language,
        context={"change": str(change), "by": actor.get_full_name() or actor.email},
    )
    with transaction.atomic():
        queue([message], at=at)
