"""Refuses a request whose body is too long before anything reads it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext


class BodyLimit:
    """Answers 413 to a body longer than `MAX_REQUEST_BYTES`, by its declared length.

    It has to come before `CsrfViewMiddleware`, which reads the body and so stores uploaded files. Django treats a body
    without a declared length (chunked) as empty.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length <= settings.MAX_REQUEST_BYTES:
            return self.get_response(request)
        with translation.override(translation.get_language_from_request(request)):
            text = gettext("This is larger than %(most)d MB. Send a smaller file.") % {
                "most": settings.MAX_REQUEST_BYTES // 1_000_000
            }
        return HttpResponse(text, status=413, content_type="text/plain; charset=utf-8")
