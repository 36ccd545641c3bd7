"""Limits of log-in: callbacks of django-axes, which limits failures by person and IP address together, and a backend
that limits them by IP address alone (`ATTEMPTS["log_in"]`).
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from accounts.errors import LogInPaused, RateLimited
from accounts.models import User, normalise_email
from accounts.services import rate_limits
from cinema import clock
from cinema.http import client_address

#: Whose passwords are accepted, by URL namespace. A right password of anybody else is treated as a wrong one in
#: everything, so that neither door tells whether it was right.
ADMITTED: dict[str, Callable[[User], bool]] = {
    "admin": lambda user: user.is_staff,
    "shop": lambda user: not user.is_staff,
}
MAX_NAME_LENGTH = 255  # of the column in which django-axes stores the name


def login_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The user name of a log-in attempt, normalised so that spelling in capitals is the same account."""
    given = credentials if credentials else request.POST
    name = str(given.get(settings.AXES_USERNAME_FORM_FIELD) or "")
    return normalise_email(name)[:MAX_NAME_LENGTH]


class PasswordBackend(BaseBackend):
    """Checks passwords. An IP address with too many failures is refused before the password is hashed, which is slow.

    It comes after django-axes and ends the chain; permissions are those of `PermissionBackend`.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        address = client_address(request) if request is not None else None
        at = clock.now()
        try:
            rate_limits.hit("log_in", address=address, at=at)  # before the hash, so that a crowd does not slip through
        except RateLimited as refusal:
            raise LogInPaused(refusal.wait) from refusal
        user = ModelBackend().authenticate(request, **credentials)
        match = request.resolver_match if request is not None else None
        admitted = ADMITTED.get(match.namespace if match else "")
        if not isinstance(user, User) or (admitted is not None and not admitted(user)):
            raise PermissionDenied
        rate_limits.take_back("log_in", address=address, at=at)
        return user

    def get_user(self, user_id: Any) -> User | None:
        return ModelBackend().get_user(user_id)


def locked_out(request: HttpRequest, answer: HttpResponse, _credentials: dict[str, Any]) -> HttpResponse:
    """A 429 response of django-axes: that of the page, if it has made one itself, otherwise see `paused`."""
    if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return answer
    return paused(request, seconds=int(settings.AXES_COOLOFF_TIME.total_seconds()))


def paused(request: HttpRequest, *, seconds: int) -> HttpResponse:
    """A 429 response with the page that `LOCKED_OUT_PAGES` names for the URL namespace of the log-in."""
    namespace = request.resolver_match.namespace if request.resolver_match else ""
    make_page = settings.LOCKED_OUT_PAGES.get(namespace)
    minutes = max(1, -(-seconds // 60))
    page: HttpResponse = import_string(make_page)(request, minutes=minutes) if make_page else HttpResponse()
    page.status_code = HTTPStatus.TOO_MANY_REQUESTS
    page["Retry-After"] = str(seconds)
    return page
