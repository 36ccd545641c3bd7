"""Customers who chose SMS: how the phone of an account is confirmed, and which messages go there.

A message stays one row of the outbox whatever way it goes, so a customer gets one an occasion.
"""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User
from accounts.phones import is_of
from notifications.channels import is_email
from notifications.models import ABOUT_ORDERS, ChosenPhone, MessageKind, Notification, Status, TelegramChat
from notifications.services.queueing import Message, queue

CODE_VALID = timedelta(minutes=15)
MOST_WRONG = 5
#: After so many attempts a message goes out as an e-mail.
ATTEMPTS = 2


def is_offered() -> bool:
    """Whether customers can choose SMS. Reads only."""
    return bool(settings.SMS_BACKEND)


def may_be_texted(phone: str) -> bool:
    """Whether codes go to numbers of its country: see the setting SMS_REGIONS. Reads only."""
    return is_of(phone, settings.SMS_REGIONS or [settings.PHONE_REGION])


def of_phones(user: User) -> str:
    """How the occasions of messages to phones of this account begin, also to one that it has no longer. Reads only."""
    return f"account-{user.pk}"


def send_code(user: User, *, at: datetime) -> None:
    """Send a code to the phone of this account. An earlier one stops working; until it is entered, e-mails are sent.

    Owns its transaction.
    """
    code = f"{secrets.randbelow(10**6):06}"
    with transaction.atomic():
        fresh = {"phone": user.phone, "digest": _digest(user, code), "expires_at": at + CODE_VALID}
        ChosenPhone.objects.update_or_create(user=user, defaults={**fresh, "wrong_codes": 0, "confirmed_at": None})
        message = Message(
            kind=MessageKind.PHONE_CODE,
            recipient=user.phone,
            occasion=f"{of_phones(user)} {secrets.token_hex(8)}",
            language=user.preferred_language,
            context={"phone_code": code},
            not_after=at + CODE_VALID,
        )
        queue([message], at=at)


def confirm(user: User, code: str, *, at: datetime) -> bool:
    """Send messages to the phone of this account from now on, if this is the code that was sent to it.

    The owner is told by e-mail, since a stranger at a signed-in browser could have done it. Owns its transaction.
    """
    with transaction.atomic():
        row = ChosenPhone.objects.select_for_update().filter(user=user, confirmed_at=None, phone=user.phone).first()
        if row is None or row.expires_at < at or row.wrong_codes >= MOST_WRONG:
            return False
        if not constant_time_compare(row.digest, _digest(user, code)):
            ChosenPhone.objects.filter(pk=row.pk).update(wrong_codes=F("wrong_codes") + 1)
            return False
        row.confirmed_at = at
        row.save(update_fields=["confirmed_at"])
        TelegramChat.objects.filter(user=user).delete()  # a message goes one way
        notice = Message(
            kind=MessageKind.SMS_CHOSEN,
            recipient=user.email,
            occasion=row.digest,
            language=user.preferred_language,
            context={"phone": row.phone},
        )
        queue([notice], at=at)
    return True


def send_emails_again(users: Collection[User]) -> None:
    """Send these accounts' messages as e-mails again, not to a phone or a chat. Two queries, none without accounts.

    Owns its transaction.
    """
    if users:
        with transaction.atomic():
            for model in (ChosenPhone, TelegramChat):
                model._default_manager.filter(user__in=[each.pk for each in users]).delete()


def phone_of(user: User, *, at: datetime) -> ChosenPhone | None:
    """The phone that this account chose, or whose code it may still enter. One query. Reads only."""
    found = ChosenPhone.objects.filter(user=user, phone=user.phone).first()
    return found if found and (found.confirmed_at or found.expires_at >= at) else None


def is_of_another(user: User) -> bool:
    """Whether another account has proved by a code that the phone of this one is its own. One query. Reads only."""
    return ChosenPhone.objects.filter(phone=user.phone, confirmed_at__isnull=False).exclude(user=user).exists()


def find_phones(notifications: Collection[Notification]) -> None:
    """Set the `phone` of messages that go out, or went, as SMS: to a number, or to a customer who chose it.

    One query, none without a provider. Reads only.
    """
    if not is_offered():
        return
    able = [each for each in notifications if each.kind in ABOUT_ORDERS and is_email(each.recipient)]
    able = [each for each in able if each.attempts < ATTEMPTS or each.status == Status.SENT]
    chosen = ChosenPhone.objects.filter(
        user__email__in={each.recipient for each in able},
        user__is_active=True,
        user__phone=F("phone"),
        confirmed_at__isnull=False,
    )
    found = dict(chosen.values_list("user__email", "phone")) if able else {}
    for each in able:
        each.phone = found.get(each.recipient, "")
    for each in notifications:
        if not is_email(each.recipient):
            each.phone = each.recipient


def _digest(user: User, code: str) -> str:
    return salted_hmac(f"phone of {user.pk}", f"{user.phone} {code}", algorithm="sha256").hexdigest()
