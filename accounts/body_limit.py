"""Refuses a request whose body is too long before anything reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import gettext


@dataclass(frozen=True)
class LargeBody:
    """What a view has as its attribute `large_body` if some people may send it more than `MAX_REQUEST_BYTES`."""

    most_bytes: int
    is_allowed: Callable[[HttpRequest], bool]  # reads headers and the log-in only


class KeptInMemory(MemoryFileUploadHandler):
    """Keeps a file that `LargeBody` allowed in memory, like all others, however large."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True


class BodyLimit:
    """Answers 413 to a body longer than `MAX_REQUEST_BYTES`, by its declared length.

    Only a view with a `large_body` accepts more, and only from users who may send it: this is checked once the user is
    known and before the body is read. It has to come before `CsrfViewMiddleware`, which reads the body and so stores
    uploaded files. Django treats a body without a declared length (chunked) as empty.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = _length_of(request)
        if length <= settings.MAX_REQUEST_BYTES:
            return self.get_response(request)
        try:
            large = getattr(resolve(request.path_info).func, "large_body", None)
        except Resolver404:
            large = None
        if large is None:
            return _refusal(request, settings.MAX_REQUEST_BYTES)
        return self.get_response(request) if length <= large.most_bytes else _refusal(request, large.most_bytes)

    def process_view(self, request: HttpRequest, view: Any, *_args: Any) -> HttpResponseBase | None:
        if _length_of(request) <= settings.MAX_REQUEST_BYTES:
            return None
        if not view.large_body.is_allowed(request):
            return _refusal(request, settings.MAX_REQUEST_BYTES)
        request.upload_handlers = [KeptInMemory(request)]
        return None


def _length_of(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _refusal(request: HttpRequest, most_bytes: int) -> HttpResponse:
    with translation.override(translation.get_language_from_request(request)):
        text = gettext("This is larger than %(most)d MB. Send a smaller file.") % {"most": most_bytes // 1_000_000}
    return HttpResponse(text, status=413, content_type="text/plain; charset=utf-8")
