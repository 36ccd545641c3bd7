"""Signing in by an e-mailed link, which also opens an account if there is none.

The link is signed and contains its expiry and the state of the account. Signing in changes `last_login`, so a link
works once; setting a password, or opening or deactivating the account, invalidates it too. Nothing is stored. Staff
are customers with such a link and nothing else: a session of the shop opens no page of the admin, so access to a
mailbox gives no access to it.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User, normalise_email
from customers.services import claim_guest_orders
from notifications.models import MessageKind
from notifications.services import Message, queue, was_queued
from storefront.errors import LinkRefused

SALT = "storefront.signing_in"


def send_link(email: str, *, language: str, onward: str = "", sparingly: bool = False, at: datetime) -> None:
    """Send a sign-in link to the address. The caller gives the same answer whether or not there is an account, and
    whether or not a message is sent.

    `sparingly` sends none while the last link is younger than `LINK_AGAIN`: too many people, or one person in
    many places, asked for this address, and its owner must neither be flooded nor shut out. Owns its transaction.
    """
    email = normalise_email(email)
    if sparingly and was_queued(MessageKind.SIGN_IN, recipient=email, after=at - settings.LINK_AGAIN):
        return
    user = User.objects.filter(email=email).first()
    if user is not None and not user.is_active:
        return
    with transaction.atomic():
        queue(
            [
                Message(
                    kind=MessageKind.SIGN_IN,
                    recipient=email,
                    occasion=at.isoformat(),
                    language=language,
                    context={
                        "link": settings.SITE_URL + reverse("shop:link", args=[_token(email, user, onward, at=at)]),
                        "minutes": int(settings.SIGN_IN_LINK.total_seconds()) // 60,
                    },
                    not_after=at + settings.SIGN_IN_LINK,
                )
            ],
            at=at,
        )


def read(token: str, *, at: datetime) -> dict[str, Any]:
    """The contents of a link, if it is genuine and not expired. Whether it was used is checked by
    `sign_in`. Reads only.
    """
    try:
        data: dict[str, Any] = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise LinkRefused from error
    if data["until"] < at.timestamp():
        raise LinkRefused
    return data


def sign_in(token: str, *, language: str, at: datetime) -> User:
    """The account of the link's address, created if there is none, with the orders that a customer bought as a
    guest. Raises `LinkRefused`.

    A second use of a link, also at the same moment, is refused. Owns its transaction.
    """
    data = read(token, at=at)
    with transaction.atomic():
        user = User.objects.select_for_update(of=("self",)).filter(email=data["email"]).first()
        if not constant_time_compare(_state(user), data["state"]):
            raise LinkRefused
        if user is None:
            try:
                with transaction.atomic():
                    user = User.objects.create_user(data["email"], None, preferred_language=language)
            except IntegrityError as error:
                raise LinkRefused from error
        user.last_login = at
        user.save(update_fields=["last_login"])
        if not user.is_staff:  # staff who entered a guest's order at work may have typed their own address
            claim_guest_orders(user, at=at)
    return user


def _token(email: str, user: User | None, onward: str, *, at: datetime) -> str:
    until = (at + settings.SIGN_IN_LINK).timestamp()
    return signing.dumps({"email": email, "state": _state(user), "until": until, "next": onward}, salt=SALT)


def _state(user: User | None) -> str:
    """A value that changes as soon as the account is used or changed."""
    facts = [user.pk, user.password, user.last_login, user.is_active, user.is_staff] if user else []
    return salted_hmac(SALT, "|".join(map(str, facts)), algorithm="sha256").hexdigest()[:32]
