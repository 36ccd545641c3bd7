"""Callbacks of django-axes, which limits failed log-ins (the limits are in the settings)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

MAX_NAME_LENGTH = 255  # of the column in which django-axes stores the name


def login_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The user name of a log-in attempt, normalised so that spelling in capitals is the same account."""
    given = credentials if credentials else request.POST
    return str(given.get(settings.AXES_USERNAME_FORM_FIELD) or "").strip().lower()[:MAX_NAME_LENGTH]


def locked_out(request: HttpRequest, _answer: HttpResponse, _credentials: dict[str, Any]) -> HttpResponse:
    """A 429 response with the page that `LOCKED_OUT_PAGES` names for the URL namespace of the log-in."""
    wait = settings.AXES_COOLOFF_TIME
    namespace = request.resolver_match.namespace if request.resolver_match else ""
    make_page = settings.LOCKED_OUT_PAGES.get(namespace)
    minutes = int(wait.total_seconds()) // 60
    page: HttpResponse = import_string(make_page)(request, minutes=minutes) if make_page else HttpResponse()
    page.status_code = 429
    page["Retry-After"] = str(int(wait.total_seconds()))
    return page
