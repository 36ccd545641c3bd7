from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import throttling
from accounts.errors import LogInPaused, RateLimited
from cinema import clock
from storefront.services import campaigns
from storefront.services.addresses import asked_language


class LanguageInAddress:
    """Shows a page in the language that its address names, and remembers it as a press of the language's button does.

    Search engines list each page once for every language: see `storefront.services.addresses`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = asked_language(request)
        if not language or language == request.LANGUAGE_CODE:
            return self.get_response(request)
        translation.activate(language)  # LocaleMiddleware, which stands before, activates one for each request
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
        return response


class CampaignLinks:
    """Notes visits by the links of campaigns, on any page of the shop that is shown."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        page = request.resolver_match
        if page and page.app_name == "shop" and request.method == "GET" and response.status_code == 200:
            campaigns.note_visit(request, response, at=clock.now())
        return response


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
