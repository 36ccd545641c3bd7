"""Customers who chose Telegram: how a chat is linked to an account, and which messages go there.

A message stays one row of the outbox whatever way it goes, so a customer gets one an occasion.
"""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.models import User
from notifications.models import ABOUT_ORDERS, ChosenPhone, MessageKind, Notification, TelegramChat
from notifications.services.queueing import Message, queue

LINK_VALID = timedelta(minutes=15)
#: After so many attempts a message goes out as an e-mail.
ATTEMPTS = 2


def is_offered() -> bool:
    """Whether customers can choose Telegram. Reads only."""
    return bool(settings.TELEGRAM_BOT_TOKEN and settings.TELEGRAM_BOT_NAME)


def start_link(user: User, *, at: datetime) -> str:
    """A link that starts the bot for this account, once, within `LINK_VALID`. An earlier one stops working.

    Owns its transaction.
    """
    token = secrets.token_urlsafe(32)
    fresh = {"digest": _digest(token), "expires_at": at + LINK_VALID}
    TelegramChat.objects.update_or_create(user=user, defaults=fresh)
    return f"https://t.me/{settings.TELEGRAM_BOT_NAME}?start={token}"


def link(token: str, *, chat_id: int, at: datetime) -> TelegramChat | None:
    """Link the chat to the account whose token this is; None if there is none. The chat leaves its former account.

    The owner is told by e-mail, since a stranger at a signed-in browser could have done it. Telegram may repeat what it
    tells us: a token that has linked this very chat is right again. Owns its transaction.
    """
    with transaction.atomic():
        found = TelegramChat.objects.select_for_update().filter(digest=_digest(token)).select_related("user").first()
        if found is None or (found.chat_id != chat_id and (found.expires_at is None or found.expires_at < at)):
            return None
        if found.chat_id == chat_id and found.expires_at is None:
            return found
        TelegramChat.objects.filter(chat_id=chat_id).exclude(pk=found.pk).update(chat_id=None)
        ChosenPhone.objects.filter(user=found.user).delete()  # a message goes one way
        found.chat_id, found.linked_at, found.expires_at = chat_id, at, None
        found.save(update_fields=["chat_id", "linked_at", "expires_at"])
        notice = Message(
            kind=MessageKind.TELEGRAM_LINKED,
            recipient=found.user.email,
            occasion=found.digest,
            language=found.user.preferred_language,
        )
        queue([notice], at=at)
    return found


def unlink(*, chat_id: int) -> User | None:
    """Send nothing more to this chat, but e-mails again. Returns its account. Owns its transaction."""
    found = TelegramChat.objects.filter(chat_id=chat_id).select_related("user").first()
    if found is None:
        return None
    TelegramChat.objects.filter(pk=found.pk).delete()
    return found.user


def chat_of(user: User) -> TelegramChat | None:
    """The linked chat of this account. One query. Reads only."""
    return TelegramChat.objects.filter(user=user, chat_id__isnull=False).first()


def chats(notifications: Collection[Notification]) -> dict[int, int]:
    """The chats to which these messages go, by the message's key. One query, none without a bot. Reads only."""
    able = [each for each in notifications if each.kind in ABOUT_ORDERS and each.attempts <= ATTEMPTS]
    if not is_offered() or not able:
        return {}
    linked = TelegramChat.objects.filter(
        user__email__in={each.recipient for each in able}, user__is_active=True, chat_id__isnull=False
    )
    found = dict(linked.values_list("user__email", "chat_id"))
    return {each.pk: chat for each in able if (chat := found.get(each.recipient))}


def forget_lost(chat_ids: Collection[int]) -> None:
    """Unlink the chats that the bot can no longer write to. One query, none without chats."""
    if chat_ids:
        TelegramChat.objects.filter(chat_id__in=chat_ids).delete()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()  # whoever writes to the bot sends anything
