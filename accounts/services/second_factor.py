"""The second factor of staff at log-in: a code of an authenticator app (TOTP), or one of the printed recovery codes.

It is asked of whoever has enrolled, and checked at log-in only. The app's secret is kept by django-otp, which accepts
each code once and makes a guesser wait; recovery codes are stored as hashes.
"""

import secrets
from base64 import b32encode
from binascii import unhexlify
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils.crypto import get_random_string
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.errors import InsufficientAccess, OwnSecondFactor, SecondFactorMissing, SecondFactorWrong
from accounts.models import AccountChange, RecoveryCode, User
from accounts.roles import MOVES_MONEY
from accounts.services import rate_limits
from accounts.services.account_changes import record_account_change
from accounts.services.rights import may_manage
from house_rules.rules import rules

RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without what looks alike on paper
CODE_LENGTH = 16  # 79 random bits


def is_enrolled(person: User) -> bool:
    """Reads only."""
    return TOTPDevice.objects.filter(user=person, confirmed=True).exists()


def is_required(person: User) -> bool:
    """Whether the house rules demand a second factor of this person: of whoever may move money. Reads only."""
    return rules().second_factor_for_money and any(person.has_perm(permission) for permission in MOVES_MONEY)


def new_secret() -> str:
    """A secret for an authenticator app, hexadecimal."""
    return secrets.token_hex(20)


def secret_for_people(secret: str) -> str:
    """The secret as apps ask for it where no camera is at hand."""
    text = b32encode(unhexlify(secret)).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def app_url(person: User, secret: str) -> str:
    """The address in the QR code, which authenticator apps read."""
    return TOTPDevice(user=person, key=secret).config_url


def enrol(person: User, *, secret: str, code: str) -> list[str]:
    """Ask for this app's codes from now on, once it has shown that it gives the right one; returns recovery codes.

    An app that was enrolled before stops working, and so do its recovery codes. Raises `SecondFactorWrong`. Owns its
    transaction.
    """
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=person.pk)
        TOTPDevice.objects.filter(user=person).delete()
        device = TOTPDevice.objects.create(user=person, name="app", key=secret)
        if not device.verify_token(_digits(code)):
            raise SecondFactorWrong
        return _issue_recovery_codes(person)


def verify(person: User, *, code: str, address: str | None, at: datetime) -> None:
    """Accept a code of the app, or a recovery code, once. Raises `SecondFactorWrong`, or `RateLimited` when too many
    were tried. Owns its transaction.
    """
    rate_limits.hit("second_factor", person=f"staff {person.pk}", address=address, at=at)
    text = "".join(code.split()).replace("-", "").lower()
    if text.isascii() and text.isdigit():
        with transaction.atomic():
            device = TOTPDevice.objects.select_for_update().filter(user=person, confirmed=True).first()
            accepted = device is not None and device.verify_token(text)
    else:
        unused = RecoveryCode.objects.filter(user=person, digest=_digest(person, text), used_at__isnull=True)
        accepted = unused.update(used_at=at) == 1
    if not accepted:  # after the transaction, which keeps the count of wrong codes
        raise SecondFactorWrong


def renew_recovery_codes(person: User) -> list[str]:
    """New recovery codes; the former ones stop working. Raises `SecondFactorMissing`. Owns its transaction."""
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=person.pk)
        if not is_enrolled(person):
            raise SecondFactorMissing
        return _issue_recovery_codes(person)


def recovery_codes_left(person: User) -> int:
    """Reads only."""
    return RecoveryCode.objects.filter(user=person, used_at__isnull=True).count()


def remove(person: User) -> None:
    """Stop asking for a second factor. Owns its transaction."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=person).delete()
        RecoveryCode.objects.filter(user=person).delete()


def reset_for(person: User, *, at: datetime, actor: User) -> None:
    """Let a colleague who has lost the phone and the recovery codes log in with the password, to enrol anew.

    Never for oneself: that would make the password enough. Raises `OwnSecondFactor`, `InsufficientAccess` for a person
    with more access than the actor, and `SecondFactorMissing`. Owns its transaction.
    """
    if person.pk == actor.pk:
        raise OwnSecondFactor
    if not may_manage(actor, person):
        raise InsufficientAccess(person)
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=person.pk)
        if not is_enrolled(person):
            raise SecondFactorMissing
        remove(person)
        record_account_change(person, [AccountChange.Kind.SECOND_FACTOR], at=at, actor=actor)


def _issue_recovery_codes(person: User) -> list[str]:
    codes = [get_random_string(CODE_LENGTH, ALPHABET) for _number in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(user=person).delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(user=person, digest=_digest(person, code)) for code in codes])
    return ["-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4)) for code in codes]


def _digest(person: User, code: str) -> str:
    """A plain hash: a change of SECRET_KEY must not make the codes in people's drawers worthless."""
    return sha256(f"{person.pk} {code}".encode()).hexdigest()


def _digits(code: str) -> str:
    return "".join(code.split())
