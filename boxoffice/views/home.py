"""The first page with its three doors, the enrolment of a device, and the page that asks for a PIN."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from accounts.services.devices import enrol as enrol_device
from accounts.services.pins import people_of, wrong_in_a_row
from boxoffice import access
from boxoffice.access import BoxOfficeRequest, page
from boxoffice.services.pins import prove
from cinema import clock
from cinema.http import client_address
from cinema.status import Refused

TOLD_FROM = 3  # wrong PINs in a row, before the right one
# (URL name, permission, icon, title, what one does there)
DOORS = (
    ("boxoffice:till", "orders.take_payment_order", "till", _("Till"), _("Sell tickets and snacks")),
    ("boxoffice:door", "orders.check_in_ticket", "door", _("Door"), _("Scan tickets and admit guests")),
    ("boxoffice:bar", "concessions.make_ready", "bar", _("Bar"), _("Prepare and hand over snacks")),
    ("boxoffice:cash", "payments.bank_cash", "safe", _("Safe and bank"), _("Move cash, and take it to the bank")),
)


@page()
def home(request: BoxOfficeRequest) -> HttpResponseBase:
    doors = [
        {"url": url, "icon": icon, "title": title, "text": text}
        for name, permission, icon, title, text in DOORS
        if request.user.has_perm(permission) and (url := _address(name))
    ]
    may_change = request.user.has_perm("incidents.change_sold_session")
    screenings = _address("admin:screenings_session_timetable") if may_change else ""
    return TemplateResponse(request, "boxoffice/home.html", {"doors": doors, "screenings": screenings})


@never_cache
def enrol(request: HttpRequest) -> HttpResponseBase:
    """Takes the code that the device's page in the admin shows."""
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            _device, token = enrol_device(
                request.POST.get("code", "")[:20], address=client_address(request), at=clock.now()
            )
        except Refused as refused:
            context["refusal"] = str(refused)
        else:
            response = redirect("boxoffice:lock")
            access.keep_token(response, token)
            return response
    return TemplateResponse(request, "boxoffice/enrol.html", context)


@never_cache
def lock(request: HttpRequest) -> HttpResponseBase:
    """Locks the device, and signs in whoever gives their PIN."""
    at = clock.now()
    if (device := access.enrolled_device(request)) is None:
        return redirect("boxoffice:enrol")
    chosen = request.POST.get("person", "")
    context: dict[str, Any] = {"device": device, "chosen": chosen}
    if request.method == "POST" and "pin" in request.POST:
        wrong = wrong_in_a_row(chosen)
        try:
            person = prove(device, person=chosen, pin=request.POST["pin"][:12], at=at)
        except Refused as refused:
            context["refusal"] = str(refused)
        else:
            access.sign_in(request, person, device, at=at)
            if wrong >= TOLD_FROM:
                messages.warning(request, _typed_wrongly(wrong))
            response = redirect("boxoffice:home")
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                person.preferred_language,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                secure=settings.LANGUAGE_COOKIE_SECURE,
                httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
                samesite="Lax",
            )
            return response
    elif request.method == "POST":
        access.lock(request)
        return redirect("boxoffice:lock")
    people = list(people_of(device)[:100])
    context["people"] = people
    context["person"] = next((each for each in people if str(each.pk) == chosen), None)
    return TemplateResponse(request, "boxoffice/lock.html", context)


def _typed_wrongly(count: int) -> str:
    return ngettext(
        "Your PIN was typed wrongly %(count)d time before this. If that was not you, set a new PIN in the admin, and "
        "tell your manager.",
        "Your PIN was typed wrongly %(count)d times before this. If that was not you, set a new PIN in the admin, and "
        "tell your manager.",
        count,
    ) % {"count": count}


def _address(name: str) -> str:
    """The page's address; empty while there is no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
