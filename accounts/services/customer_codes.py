"""The codes that a customer shows at the till to earn points, or to pay with them: they prove the account, as a phone
number would not.

Anybody can type anybody's number into a profile, but only whoever is signed in sees the codes of an account. A cashier
who hears the one for earning cannot spend anything; the one for paying earns too, and pays once.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.errors import CustomerCodeWrong, OwnCustomerCode, PayingCodeNeeded, SentTwice
from accounts.models import User
from accounts.services import rate_limits
from accounts.services.sent_forms import done_once
from cinema.ids import is_valid_id

PERIOD = timedelta(minutes=10)  # a code is taken in its period and in the next one
DIGITS = 6
SALT = "accounts.customer_codes"
PAYING = "accounts.customer_codes.paying"


def customer_code(user: User, *, salt: str = SALT, at: datetime) -> str:
    """The account's code of this period, such as “1234 567 890”: digits of the period, and behind them the account.

    The `salt` is that of the code for earning points, or for `PAYING` with them.
    """
    code = _digits(user, _period(at), salt)
    return f"{code[:3]} {code[3:]} {user.pk}"


def customer_of_code(text: str, *, at: datetime, actor: User) -> User:
    """The customer whose code this is, either of the two, typed by a member of staff.

    Raises `CustomerCodeWrong`, `RateLimited` after too many wrong ones by this person, and `OwnCustomerCode`: nobody
    earns points on what they sell. Owns its transaction.
    """
    code, key = _parts(text)
    rate_limits.check("customer_code", person=f"staff {actor.pk}", at=at)
    user = User.objects.filter(pk=key, is_active=True).first() if is_valid_id(key) else None
    if user is None or not (_fits(code, user, SALT, at=at) or _fits(code, user, PAYING, at=at)):
        rate_limits.hit("customer_code", person=f"staff {actor.pk}", at=at)
        raise CustomerCodeWrong
    if user.pk == actor.pk or _mailbox(user) == _mailbox(actor) or (user.phone and user.phone == actor.phone):
        raise OwnCustomerCode
    return user


def is_paying(text: str, user: User, *, at: datetime) -> bool:
    """Whether this code of the user lets points pay. Reads only."""
    return _fits(_parts(text)[0], user, PAYING, at=at)


@contextmanager
def paying_once(text: str, user: User, *, at: datetime) -> Iterator[None]:
    """Let points of the user pay for what is sold inside, once for each code.

    Raises `PayingCodeNeeded` for the code that only earns, and for one that has paid. What fails may be tried again.
    """
    with ExitStack() as stack:
        if not is_paying(text, user, at=at):
            raise PayingCodeNeeded
        try:
            stack.enter_context(done_once(f"points of {user.pk} by {_parts(text)[0]}", at=at))
        except SentTwice:
            raise PayingCodeNeeded from None
        yield


def _parts(text: str) -> tuple[str, str]:
    """The digits of the period, and the key of the account."""
    typed = "".join(each for each in text if each.isascii() and each.isdecimal())
    return typed[:DIGITS], typed[DIGITS:]


def _fits(code: str, user: User, salt: str, *, at: datetime) -> bool:
    now = _period(at)
    return any(constant_time_compare(code, _digits(user, period, salt)) for period in (now, now - 1))


def _mailbox(user: User) -> tuple[str, str]:
    """Where mail to the account arrives: "anna+shop@example.org" is one more name of "anna@example.org"."""
    name, _at, host = user.email.rpartition("@")
    return name.partition("+")[0], host


def _period(at: datetime) -> int:
    return int((at - datetime(1970, 1, 1, tzinfo=UTC)) / PERIOD)


def _digits(user: User, period: int, salt: str) -> str:
    """Six digits, which also end with the account's password and e-mail address."""
    digest = salted_hmac(salt, f"{user.pk} {user.email} {user.password} {period}", algorithm="sha256").digest()
    return str(int.from_bytes(digest[:8]) % 10**DIGITS).zfill(DIGITS)
