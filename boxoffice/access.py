"""Who may open a page of the box office: a person who gave a PIN, on an enrolled device.

    @page("orders.check_in_ticket")
    def scan(request: BoxOfficeRequest) -> HttpResponse:
        request.device, request.cinema, request.user, request.at

Each request reads the device, so that a revoked one is out at once. Times are shown in the zone of its cinema.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from accounts.backends import PIN_BACKEND, is_pin_session
from accounts.models import Device, User
from accounts.scope import cinemas_of
from accounts.services.devices import device_of
from cinema import clock
from screenings.models import Cinema

COOKIE, SALT = "boxoffice_device", "boxoffice.device"
COOKIE_AGE = 34_560_000  # seconds; browsers keep none longer
DEVICE, PRESSED = "boxoffice_device", "boxoffice_pressed_at"  # keys in the session
STORED_EVERY = 30  # seconds, so that not every press writes the session


class BoxOfficeRequest(HttpRequest):
    """What views get: a request of this person, on this device, at this time."""

    user: User
    device: Device
    cinema: Cinema
    at: datetime
    idle: int  # seconds until the page locks itself


def page(permission: str = "", *, in_background: bool = False) -> Callable[[Any], Any]:
    """Make a page of a view. One that a script polls is `in_background`: it does not keep the person signed in."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            request.at = clock.now()
            request.device = enrolled_device(request)
            if request.device is None:
                return _elsewhere(request, "boxoffice:enrol")
            if not _is_signed_in(request):
                return _elsewhere(request, "boxoffice:lock")
            if permission and not request.user.has_perm(permission):
                raise PermissionDenied
            if not in_background:
                _note_press(request)
            request.cinema = request.device.cinema
            request.idle = int(settings.BOXOFFICE_IDLE.total_seconds())
            with timezone.override(request.cinema.zone):
                answer = view(request, *args, **kwargs)
                if callable(getattr(answer, "render", None)):
                    answer.render()  # type: ignore[attr-defined]
            add_never_cache_headers(answer)
            return answer

        return guarded

    return decorate


def wall_page(permission: str) -> Callable[[Any], Any]:
    """Make a page of a view that shows customers something. A device that is a screen for customers needs nobody's PIN;
    on any other one it is as by `page`, in the background.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        of_person = page(permission, in_background=True)(view)

        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            request.device = enrolled_device(request)
            if request.device is None or not request.device.is_wall:
                answer: HttpResponseBase = of_person(request, *args, **kwargs)
                return answer
            request.at, request.cinema = clock.now(), request.device.cinema
            answer = view(request, *args, **kwargs)
            add_never_cache_headers(answer)
            return answer

        return guarded

    return decorate


def enrolled_device(request: HttpRequest) -> Device | None:
    """The device that this browser was enrolled as."""
    return device_of(request.get_signed_cookie(COOKIE, default=None, salt=SALT))


def keep_token(response: HttpResponse, token: str) -> None:
    response.set_signed_cookie(
        COOKIE,
        token,
        salt=SALT,
        max_age=COOKIE_AGE,
        path="/boxoffice/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def sign_in(request: HttpRequest, person: User, device: Device, *, at: datetime) -> None:
    """Begin a session of this person on this device, in place of any that the browser had."""
    request.session.flush()
    auth.login(request, person, backend=PIN_BACKEND)
    request.session[DEVICE] = device.pk
    request.session[PRESSED] = at.isoformat()
    request.session.set_expiry(settings.STAFF_SESSION_IDLE)


def lock(request: HttpRequest) -> None:
    """Sign the person out; a session of another kind in this browser is left alone."""
    if is_pin_session(request):
        auth.logout(request)


def _is_signed_in(request: Any) -> bool:
    """Whether a person of this device's cinema gave the PIN here, and pressed something since within the idle time."""
    if not is_pin_session(request) or not request.user.is_authenticated:
        return False
    own = cinemas_of(request)
    pressed = datetime.fromisoformat(request.session[PRESSED])
    fits = (
        request.user.is_staff
        and request.session.get(DEVICE) == request.device.pk
        and request.at - pressed < settings.BOXOFFICE_IDLE
        and (own is None or request.device.cinema_id in own)
    )
    if not fits:
        lock(request)
    return bool(fits)


def _note_press(request: Any) -> None:
    if (request.at - datetime.fromisoformat(request.session[PRESSED])).total_seconds() >= STORED_EVERY:
        request.session[PRESSED] = request.at.isoformat()


def _elsewhere(request: HttpRequest, name: str) -> HttpResponseBase:
    """Scripts are told by the status; a page is led there."""
    if request.headers.get("Accept") == "application/json":
        return HttpResponse(status=401)
    lock(request)
    return redirect(name)
