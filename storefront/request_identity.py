"""The visitor behind a request: customer, guest, browser and address."""

import secrets
from typing import Any

from django.http import HttpRequest

from accounts.models import User
from cinema.http import client_address
from orders.services import Buyer

KEPT = ("email", "phone", "promocode", "points")  # the contact details entered, until something is bought


def customer(request: HttpRequest) -> User | None:
    """The signed-in customer, or None. Members of staff are guests in the shop: what they buy here for
    others is not theirs.
    """
    user = getattr(request, "user", None)  # an error page may be rendered before the user was loaded
    return user if isinstance(user, User) and not user.is_staff else None


def signed_in_customer(request: HttpRequest) -> User:
    """The customer, on a page that only customers can open."""
    user = customer(request)
    assert user is not None
    return user


def visitor(request: HttpRequest) -> str:
    """The random name of this browser, given with its first hold."""
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


def store_typed(request: HttpRequest, typed: dict[str, Any]) -> None:
    """Keep what was typed, so that it need not be typed again after a seat was lost."""
    request.session["typed"] = {
        name: value for name, value in typed.items() if name in KEPT or name.startswith(("snack-", "type-"))
    }


def stored_typed(request: HttpRequest) -> dict[str, Any]:
    return dict(request.session.get("typed", {}))


def clear_typed(request: HttpRequest) -> None:
    request.session.pop("typed", None)
