"""How log-in is throttled: what django-axes, whose limits the settings name, asks of us."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

LONGEST_NAME = 255  # that a record of attempts holds; no address of ours is as long


def login_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The name tried, as the database compares it: spelled in capitals it is the same person."""
    given = credentials if credentials else request.POST
    return str(given.get(settings.AXES_USERNAME_FORM_FIELD) or "").strip().lower()[:LONGEST_NAME]


def locked_out(request: HttpRequest, _answer: HttpResponse, _credentials: dict[str, Any]) -> HttpResponse:
    """The page that `LOCKED_OUT_PAGES` names for the URL namespace in which the log-in failed, as a 429."""
    wait = settings.AXES_COOLOFF_TIME
    namespace = request.resolver_match.namespace if request.resolver_match else ""
    make_page = settings.LOCKED_OUT_PAGES.get(namespace)
    minutes = int(wait.total_seconds()) // 60
    page: HttpResponse = import_string(make_page)(request, minutes=minutes) if make_page else HttpResponse()
    page.status_code = 429
    page["Retry-After"] = str(int(wait.total_seconds()))
    return page
