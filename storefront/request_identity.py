"""Who is at the other end of a request."""

import secrets
from typing import Any

from django.http import HttpRequest

from accounts.models import User
from cinema.http import client_address
from orders.services import Buyer

KEPT = ("email", "phone", "promocode", "points")  # of what was typed, until something is bought


def customer(request: HttpRequest) -> User | None:
    """Who is signed in as a customer. Staff are guests in the shop: what they buy here for others is not theirs."""
    user = getattr(request, "user", None)  # an error page may be shown before anybody was looked up
    return user if isinstance(user, User) and not user.is_staff else None


def signed_in_customer(request: HttpRequest) -> User:
    """The same on a page that is for customers only."""
    user = customer(request)
    assert user is not None
    return user


def visitor(request: HttpRequest) -> str:
    """The browser's own random name; it is given one with its first hold."""
    if "visitor" not in request.session:
        request.session["visitor"] = secrets.token_urlsafe(16)
    return str(request.session["visitor"])


def buyer(request: HttpRequest, *, email: str, phone: str, language: str) -> Buyer:
    return Buyer(
        visitor=visitor(request),
        address=client_address(request),
        email=email,
        phone=phone,
        language=language,
        user=customer(request),
    )


def remember(request: HttpRequest, typed: dict[str, Any]) -> None:
    """Keep what was typed, so that nobody types it again after a seat was lost."""
    request.session["typed"] = {
        name: value for name, value in typed.items() if name in KEPT or name.startswith(("snack-", "type-"))
    }


def remembered(request: HttpRequest) -> dict[str, Any]:
    return dict(request.session.get("typed", {}))


def forget(request: HttpRequest) -> None:
    request.session.pop("typed", None)
