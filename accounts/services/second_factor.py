"""The second factor of staff at log-in: a code of an authenticator app (TOTP), or one of the printed recovery codes.

Those who have enrolled are asked for it at log-in, and only there. django-otp keeps the app's secret, accepts each code
once and throttles guessing; recovery codes are stored as hashes.
"""

import secrets
from base64 import b32encode
from binascii import unhexlify
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac
from django_otp.oath import hotp
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.errors import InsufficientAccess, OwnSecondFactor, SecondFactorMissing, SecondFactorWrong
from accounts.models import AccountChange, Pin, RecoveryCode, User
from accounts.roles import MOVES_MONEY
from accounts.services import rate_limits
from accounts.services.account_changes import record_account_change
from accounts.services.rights import may_manage
from house_rules.rules import rules

RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without characters that look alike on paper
CODE_LENGTH = 16  # 79 random bits
SALT = "accounts.second_factor.recovery_codes"
ENROLMENT_REPEATABLE = timedelta(minutes=2)


def is_enrolled(person: User) -> bool:
    """Reads only."""
    return TOTPDevice.objects.filter(user=person, confirmed=True).exists()


def is_required(person: User) -> bool:
    """Whether the house rules require a second factor of this person, as of all who may move money. Reads only."""
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


def enrol(person: User, *, secret: str, code: str, at: datetime) -> list[str]:
    """Ask for this app's codes from now on, once it has shown that it gives the right one; returns recovery codes.

    An app that was enrolled before stops working, and so do its recovery codes. The same call within a few minutes
    changes nothing and returns the same codes. Raises `SecondFactorWrong`. Owns its transaction.
    """
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=person.pk)
        if (issued := codes_of_enrolment(person, secret=secret, code=code, at=at)) is not None:
            return issued
        TOTPDevice.objects.filter(user=person).delete()
        device = TOTPDevice.objects.create(user=person, name="app", key=secret)
        if not device.verify_token(_digits(code)):
            raise SecondFactorWrong
        return _store_recovery_codes(person, _codes_from(secret, person))


def codes_of_enrolment(person: User, *, secret: str, code: str, at: datetime) -> list[str] | None:
    """The recovery codes that `enrol` returned for this secret and code, for somebody who pressed the button twice.

    None if it was not the last code that the app gave, more than `ENROLMENT_REPEATABLE` ago, or once the recovery
    codes were used or replaced. Reads only.
    """
    device = TOTPDevice.objects.filter(user=person, key=secret, confirmed=True).first()
    if device is None or device.last_t < 0:
        return None
    age = at.timestamp() - device.t0 - device.last_t * device.step
    shown = f"{hotp(device.bin_key, device.last_t, digits=device.digits):0{device.digits}}"
    if age > ENROLMENT_REPEATABLE.total_seconds() or not constant_time_compare(shown, _digits(code)):
        return None
    codes = _codes_from(secret, person)
    kept = set(RecoveryCode.objects.filter(user=person, used_at__isnull=True).values_list("digest", flat=True))
    return [_shown(each) for each in codes] if kept == {_digest(person, each) for each in codes} else None


def verify(person: User, *, code: str, address: str | None, at: datetime) -> None:
    """Accept a code of the app, or a recovery code, once. Raises `SecondFactorWrong`, or `RateLimited` when too many
    were tried. Owns its transaction.
    """
    rate_limits.hit("second_factor", person=f"staff {person.pk}", address=address, at=at)
    text = _typed(code)
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
        return _store_recovery_codes(person, [get_random_string(CODE_LENGTH, ALPHABET) for _ in range(RECOVERY_CODES)])


def recovery_codes_left(person: User) -> int:
    """Reads only."""
    return RecoveryCode.objects.filter(user=person, used_at__isnull=True).count()


def remove(person: User) -> None:
    """Stop asking for a second factor. Owns its transaction."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=person).delete()
        RecoveryCode.objects.filter(user=person).delete()


def reset_for(person: User, *, at: datetime, actor: User) -> None:
    """Let a colleague who has lost the phone and the recovery codes log in with the password and set up a new one.

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
        Pin.objects.filter(user=person).delete()  # it stands for both steps at a till
        record_account_change(person, [AccountChange.Kind.SECOND_FACTOR], at=at, actor=actor)


def _codes_from(secret: str, person: User) -> list[str]:
    """Recovery codes that follow from the app's secret, so that they can be shown again right after the enrolment.

    Only the server's key and the secret together give them; whoever has both needs no recovery codes.
    """
    codes = []
    for number in range(RECOVERY_CODES):
        rest = int(salted_hmac(SALT, f"{person.pk} {secret} {number}", algorithm="sha256").hexdigest(), 16)
        signs = ""
        for _sign in range(CODE_LENGTH):
            rest, sign = divmod(rest, len(ALPHABET))
            signs += ALPHABET[sign]
        codes.append(signs)
    return codes


def _store_recovery_codes(person: User, codes: list[str]) -> list[str]:
    """Replace the person's recovery codes by these, and return them as they are shown."""
    RecoveryCode.objects.filter(user=person).delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(user=person, digest=_digest(person, code)) for code in codes])
    return [_shown(code) for code in codes]


def _shown(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def _typed(code: str) -> str:
    """A code as it is stored, however it was copied from paper."""
    return _digits(code).replace("-", "").lower()


def _digest(person: User, code: str) -> str:
    """A plain hash, so that printed codes still work after SECRET_KEY has changed."""
    return sha256(f"{person.pk} {code}".encode()).hexdigest()


def _digits(code: str) -> str:
    return "".join(code.split())
