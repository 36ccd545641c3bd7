"""The code that a customer shows at the till to earn points: it proves the account, as a phone number would not.

Anybody can type anybody's number into a profile, but only whoever is signed in sees the code of an account.
"""

from datetime import UTC, datetime, timedelta

from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.errors import CustomerCodeWrong, OwnCustomerCode
from accounts.models import User
from accounts.services import rate_limits
from cinema.ids import is_valid_id

PERIOD = timedelta(minutes=10)  # a code is taken in its period and in the next one
DIGITS = 6
SALT = "accounts.customer_codes"


def customer_code(user: User, *, at: datetime) -> str:
    """The account's code of this period, such as “1234 567 890”: digits of the period, and behind them the account."""
    code = _digits(user, _period(at))
    return f"{code[:3]} {code[3:]} {user.pk}"


def customer_of_code(text: str, *, at: datetime, actor: User) -> User:
    """The customer whose code this is, typed by a member of staff.

    Raises `CustomerCodeWrong`, `RateLimited` after too many wrong ones by this person, and `OwnCustomerCode`: nobody
    earns points on what they sell. Owns its transaction.
    """
    typed = "".join(each for each in text if each.isascii() and each.isdecimal())
    code, key = typed[:DIGITS], typed[DIGITS:]
    rate_limits.check("customer_code", person=f"staff {actor.pk}", at=at)
    user = User.objects.filter(pk=key, is_active=True).first() if is_valid_id(key) else None
    now = _period(at)
    if user is None or not any(constant_time_compare(code, _digits(user, period)) for period in (now, now - 1)):
        rate_limits.hit("customer_code", person=f"staff {actor.pk}", at=at)
        raise CustomerCodeWrong
    if user.pk == actor.pk or _mailbox(user) == _mailbox(actor) or (user.phone and user.phone == actor.phone):
        raise OwnCustomerCode
    return user


def _mailbox(user: User) -> tuple[str, str]:
    """Where mail to the account arrives: "anna+shop@example.org" is one more name of "anna@example.org"."""
    name, _at, host = user.email.rpartition("@")
    return name.partition("+")[0], host


def _period(at: datetime) -> int:
    return int((at - datetime(1970, 1, 1, tzinfo=UTC)) / PERIOD)


def _digits(user: User, period: int) -> str:
    """Six digits, which also end with the account's password and e-mail address."""
    digest = salted_hmac(SALT, f"{user.pk} {user.email} {user.password} {period}", algorithm="sha256").digest()
    return str(int.from_bytes(digest[:8]) % 10**DIGITS).zfill(DIGITS)
