"""Web sessions of staff: they end when idle, and know when the password was last given.

Customers stay signed in as long as `SESSION_COOKIE_AGE` says.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare

from accounts.backends import is_shop_session
from accounts.errors import LogInPaused
from accounts.models import User
from cinema import clock

ACTIVE, PASSWORD = "staff_active_at", "staff_password_at"  # keys in the session; instants in ISO 8601
SECOND_STEP = (
    "staff_second_step"  # key in the session: the person who gave the password, a hash of it, and when that expires
)
PASSWORD_BACKEND = "accounts.throttling.PasswordBackend"  # noqa: S105 (a path)
STORED_EVERY = timedelta(minutes=1)  # so that not every page writes the session


class StaffSessionMiddleware:
    """Ends a session of the admin that nobody has used for `STAFF_SESSION_IDLE`. Other pages do not prolong it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> None:
        match = request.resolver_match
        if match is None or match.app_name != "admin" or not request.user.is_staff or is_shop_session(request):
            return
        at = clock.now()
        active = _read(request, ACTIVE) or at
        if at - active >= settings.STAFF_SESSION_IDLE:
            logout(request)
        elif ACTIVE not in request.session or at - active >= STORED_EVERY:
            _touch(request, at)


def note_log_in(request: HttpRequest, *, at: datetime) -> None:
    """Note that the person has just logged in with the password."""
    _touch(request, at)
    request.session[PASSWORD] = at.isoformat()


def has_recent_password(request: HttpRequest, *, at: datetime) -> bool:
    """Whether the person gave the password in this session within `REAUTHENTICATE_AFTER`."""
    assert isinstance(request.user, User)
    given = _read(request, PASSWORD) or request.user.last_login
    return given is not None and at - given < settings.REAUTHENTICATE_AFTER


def confirm_password(request: HttpRequest, password: str, *, at: datetime) -> bool:
    """Whether this is the password of the person who is logged in; noted if so.

    Counts as a log-in attempt: raises `LogInPaused` when too many were wrong.
    """
    person = request.user
    assert isinstance(person, User)
    if authenticate(request, username=person.email, password=password) != person:
        if getattr(request, "axes_locked_out", False):
            raise LogInPaused(int(settings.AXES_COOLOFF_TIME.total_seconds()))
        return False
    note_log_in(request, at=at)
    return True


def note_password_given(request: HttpRequest, person: User, *, at: datetime) -> None:
    """Note that this person gave the right password, and still has to give the second factor to be logged in."""
    until = (at + settings.SECOND_STEP).isoformat()
    request.session[SECOND_STEP] = [person.pk, person.get_session_auth_hash(), until]


def who_gave_password(request: HttpRequest, *, at: datetime) -> User | None:
    """The person who recently gave the right password in this browser and is not logged in yet."""
    stored = request.session.get(SECOND_STEP)
    if not stored or at >= datetime.fromisoformat(stored[2]):
        return None
    person = User.objects.filter(pk=stored[0], is_active=True, is_staff=True).first()
    if person is None or not constant_time_compare(person.get_session_auth_hash(), stored[1]):
        return None
    person.backend = PASSWORD_BACKEND  # as `authenticate` sets it
    return person


def forget_password_given(request: HttpRequest) -> None:
    request.session.pop(SECOND_STEP, None)


def _touch(request: HttpRequest, at: datetime) -> None:
    request.session[ACTIVE] = at.isoformat()
    request.session.set_expiry(settings.STAFF_SESSION_IDLE)


def _read(request: HttpRequest, key: str) -> datetime | None:
    stored = request.session.get(key)
    return datetime.fromisoformat(stored) if stored else None
