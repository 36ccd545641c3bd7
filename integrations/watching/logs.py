"""Logs as JSON, an object a line, with the number of the request; `LOG_FORMAT=json` switches it on.

The filters of `cinema.logs` run before: secrets, addresses and values of rows are masked in these lines too.
"""

import json
import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponseBase

HEADER = "X-Request-ID"
USABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")

_request_id: ContextVar[str] = ContextVar("request_id", default="")


def request_id(record: logging.LogRecord | None = None) -> str:
    """The number of the request that is being answered, or that the record names: Django says of an answer that it was
    refused once it has left here. "" without one."""
    return _request_id.get() or getattr(getattr(record, "request", None), "number", "")


class RequestId:
    """Gives each request a number, or keeps that of the proxy, and sends it back in `X-Request-ID`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        number = given if USABLE.fullmatch(given) else uuid.uuid4().hex
        request.number = number  # type: ignore[attr-defined]
        token = _request_id.set(number)
        try:
            response = self.get_response(request)
        finally:
            _request_id.reset(token)
        response.headers.setdefault(HEADER, number)
        return response


class JsonFormatter(logging.Formatter):
    """`at`, `level`, `logger`, `message`, and `request_id` and `traceback` where there are any."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if number := request_id(record):
            line["request_id"] = number
        if traceback := record.exc_text or (self.formatException(record.exc_info) if record.exc_info else ""):
            line["traceback"] = traceback
        return json.dumps(line, ensure_ascii=False)
