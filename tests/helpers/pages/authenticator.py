"""An authenticator app: what it shows now, and an account that has enrolled it."""

import time
from binascii import unhexlify
from datetime import datetime

from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User
from accounts.services import second_factor
from cinema import clock

SECRET = "1234567890abcdef1234567890abcdef12345678"


def app_time() -> datetime:
    """The time by which the app makes its codes."""
    return clock.now()


def code(secret: str = SECRET, *, later: int = 0) -> str:
    """The app's code, or the one after `later` steps: each is accepted once."""
    totp = TOTP(unhexlify(secret))
    totp.time = time.time() + later * 30
    return f"{totp.token():06}"


def enrolled(person: User) -> list[str]:
    """Enrol the app for this person, as if long ago; returns the recovery codes."""
    codes = second_factor.enrol(person, secret=SECRET, code=code(), at=app_time())
    TOTPDevice.objects.filter(user=person).update(last_t=-1, last_used_at=None)
    return codes


def wrong_code() -> str:
    near = {code(later=step) for step in (-2, -1, 0, 1, 2)}
    return next(number for number in ("000000", "111111", "222222", "333333", "444444", "555555") if number not in near)
