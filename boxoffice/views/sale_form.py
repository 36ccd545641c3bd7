"""What a cashier typed into a form, and the sale that the form of the till sends."""

import re
from decimal import Decimal

from django.contrib import messages
from django.utils.translation import gettext as _

from accounts.errors import RateLimited
from accounts.services import rate_limits
from accounts.services.customer_codes import customer_of_code, is_paying
from boxoffice.access import BoxOfficeRequest
from boxoffice.services import basket as baskets
from cinema.status import Refused

AMOUNT = re.compile(r"\d{1,8}(?:[.,]\d{1,2})?", re.ASCII)
REFUSED_CODE = "boxoffice_refused_code"  # in the session: the last promo code that was wrong
REFUSED_GUEST = "boxoffice_refused_guest"  # and the last code of a guest


def amount_of(text: str) -> Decimal | None:
    """An amount as people type it, or None for an empty field.

    Raises `ValueError` for anything else, also for what can be read in two ways: "1,500" and "1.500".
    """
    typed = "".join(text.split())
    if typed and not AMOUNT.fullmatch(typed):
        raise ValueError(text)
    return Decimal(typed.replace(",", ".")) if typed else None


def show_error(request: BoxOfficeRequest, error: Refused | ValueError) -> None:
    """Say on the next page why nothing was done: a refusal, or an amount that `amount_of` could not read."""
    unreadable = _("Enter an amount such as 500 or 500.50.")
    messages.error(request, str(error) if isinstance(error, Refused) else unreadable)


def typed(request: BoxOfficeRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()


def shown_total(request: BoxOfficeRequest, basket: baskets.TillBasket) -> Decimal:
    """What the page showed when the button was pressed: a price may have moved since."""
    try:
        shown = amount_of(request.POST.get("total", ""))
    except ValueError:
        shown = None
    return basket.total if shown is None else shown


def read_basket(request: BoxOfficeRequest) -> tuple[baskets.TillBasket, Refused | None]:
    """The basket. A wrong promo code counts for the cashier, once while it stays in its field; after too many no code
    is looked up."""
    code, who = typed(request, "promocode")[:40], f"staff {request.user.pk}"
    is_new = bool(code) and code != request.session.get(REFUSED_CODE)
    try:
        if is_new:
            rate_limits.check("promocode", person=who, at=request.at)
        basket = baskets.read(request.cinema, request.POST, at=request.at)
        if is_new and basket.promocode_refused:
            rate_limits.hit("promocode", person=who, at=request.at)
            request.session[REFUSED_CODE] = code
        return basket, _use_points(request, basket)
    except RateLimited as error:
        without = request.POST.copy()
        without["promocode"] = ""
        return baskets.read(request.cinema, without, at=request.at), error


def _use_points(request: BoxOfficeRequest, basket: baskets.TillBasket) -> Refused | None:
    """Let points of the guest pay whose code for that was entered. A wrong code is refused once while it stays in its
    field."""
    code = typed(request, "customer_code")[:30]
    if not code or code == request.session.get(REFUSED_GUEST):
        return None
    try:
        guest = customer_of_code(code, at=request.at, actor=request.user)
    except Refused as error:
        request.session[REFUSED_GUEST] = code
        return error
    if is_paying(code, guest, at=request.at):
        baskets.use_points(basket, guest, typed=typed(request, "points"))
    return None
