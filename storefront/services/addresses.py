"""Addresses of pages in each language of the shop, for search engines: `/films/1/?lang=de`."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

NAME = "lang"  # of the parameter; without it, the visitor's own language is shown
INDEXED = {"home", "film", "session", "contacts", "page"}  # pages that search engines list


def in_language(path: str, language: str) -> str:
    """The whole address of a page in one of the shop's languages. Reads only."""
    return f"{settings.SITE_URL}{path}?{NAME}={language}"


def asked_language(request: HttpRequest) -> str:
    """The language that the address names; empty without one of the shop's. Reads only."""
    language = request.GET.get(NAME, "")
    return language if language in dict(settings.LANGUAGES) else ""


def listed_path(request: HttpRequest) -> str:
    """The path under which search engines list the page: a checkout's is that of its session. Empty if they list none.
    Reads only.
    """
    match = request.resolver_match
    if match is None:
        return ""
    if match.url_name == "checkout":
        return reverse("shop:session", kwargs=match.kwargs)
    return request.path if match.url_name in INDEXED else ""


def canonical(request: HttpRequest) -> str:
    """The address of the page for search engines; empty if they do not list it. Reads only."""
    path, language = listed_path(request), asked_language(request)
    if not path:
        return ""
    return in_language(path, language) if language else settings.SITE_URL + path


def alternates(path: str) -> list[tuple[str, str]]:
    """The language and address of each version of a page; “x-default” is the one without a language. Reads only."""
    versions = [(code, in_language(path, code)) for code, _name in settings.LANGUAGES]
    return [*versions, ("x-default", settings.SITE_URL + path)]
