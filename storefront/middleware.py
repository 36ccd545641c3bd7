from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.errors import RateLimited


class RateLimitMiddleware:
    """Who does something too often is told when to come back, whichever page it was."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if not isinstance(exception, RateLimited):
            return None
        page = render(
            request, "storefront/problem.html", {"title": _("Too many requests"), "text": str(exception)}, status=429
        )
        page["Retry-After"] = str(exception.wait)
        return page
