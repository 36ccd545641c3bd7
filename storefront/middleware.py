from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts import throttling
from accounts.errors import LogInPaused, RateLimited


class RateLimitMiddleware:
    """Answers rate-limited requests with status 429 and the time to wait, on any page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if not isinstance(exception, RateLimited):
            return None
        if isinstance(exception, LogInPaused):
            return throttling.paused(request, seconds=exception.wait)
        page = render(
            request, "storefront/problem.html", {"title": _("Too many requests"), "text": str(exception)}, status=429
        )
        page["Retry-After"] = str(exception.wait)
        return page
