"""The visitor behind a request: customer, guest, browser and address."""

import secrets
from datetime import datetime
from typing import Any

from django.core.signing import BadSignature, Signer
from django.forms import Form
from django.http import HttpRequest

from accounts.backends import is_shop_session
from accounts.models import User
from accounts.services import rate_limits
from cinema.http import client_address
from orders.services import Buyer

KEPT = ("email", "phone", "promocode", "points")  # the contact details entered, until something is bought
VISITOR = "storefront.visitor"
LONGEST = 254  # characters of a value that is kept


def customer(request: HttpRequest) -> User | None:
    """The signed-in customer, or None. Members of staff who are logged in to the admin are guests in the shop: what
    they buy here for others is not theirs. They are customers only where they signed in at the shop, by a link.
    """
    user = getattr(request, "user", None)  # an error page may be rendered before the user was loaded
    return user if isinstance(user, User) and (not user.is_staff or is_shop_session(request)) else None


def is_colleague(request: HttpRequest) -> bool:
    """Whether a member of staff is logged in to the admin, who may buy for somebody else here."""
    user = getattr(request, "user", None)
    return isinstance(user, User) and user.is_staff and customer(request) is None


def signed_in_customer(request: HttpRequest) -> User:
    """The customer, on a page that only customers can open."""
    user = customer(request)
    assert user is not None
    return user


def visitor(request: HttpRequest) -> str:
    """The random name of this browser. It is stored by `store_typed` or `keep_visitor` only, since storing it creates
    a row in the table of sessions.
    """
    known = known_visitor(request) or getattr(request, "new_visitor", None) or secrets.token_urlsafe(16)
    request.new_visitor = known  # type: ignore[attr-defined]
    return str(known)


def known_visitor(request: HttpRequest) -> str:
    """The name of this browser, as stored or as its form says; an empty string for a new one."""
    session = getattr(request, "session", {})  # an error page may be rendered before the session was loaded
    return str(session.get("visitor", "")) or _visitor_in_form(request)


def visitor_for_form(request: HttpRequest) -> str:
    """The signed name of a browser that is not stored yet, for a form: sent twice, it is the same browser's both
    times, though the second request left before the first was answered.
    """
    return "" if "visitor" in request.session else Signer(salt=VISITOR).sign(visitor(request))


def _visitor_in_form(request: HttpRequest) -> str:
    try:
        return Signer(salt=VISITOR).unsign(request.POST.get("visitor", ""))
    except BadSignature:
        return ""


def keep_visitor(request: HttpRequest) -> None:
    """Store the browser's name, once it holds something."""
    if "visitor" not in request.session:
        request.session["visitor"] = visitor(request)


def buyer(request: HttpRequest, *, email: str, phone: str, language: str) -> Buyer:
    return Buyer(
        visitor=visitor(request),
        address=client_address(request),
        email=email,
        phone=phone,
        language=language,
        user=customer(request),
    )


def store_typed(request: HttpRequest, form: Form, *, at: datetime) -> None:
    """Keep what was typed, so that it need not be typed again after a seat was lost: valid values of the form's own
    fields, and not from a browser or an IP address that has stored too often.
    """
    person = str(request.session.get("visitor", ""))
    if not rate_limits.allowed("remember", person=person, address=client_address(request), at=at):
        return
    keep_visitor(request)
    request.session["typed"] = {
        name: value[:LONGEST] if isinstance(value, str) else value
        for name, value in form.cleaned_data.items()
        if (name in KEPT or name.startswith(("snack-", "type-"))) and isinstance(value, str | int)
    }


def stored_typed(request: HttpRequest) -> dict[str, Any]:
    return dict(request.session.get("typed", {}))


def clear_typed(request: HttpRequest) -> None:
    request.session.pop("typed", None)
