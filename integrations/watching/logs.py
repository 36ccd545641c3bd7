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


def request_id() -> str:
    """The number of the request that is being answered, or ""."""
    return _request_id.get()


class RequestId:
    """Gives each request a number, or keeps that of the proxy, and sends it back in `X-Request-ID`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        number = given if USABLE.fullmatch(given) else uuid.uuid4().hex
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
        if number := request_id():
            line["request_id"] = number
        if traceback := record.exc_text or (self.formatException(record.exc_info) if record.exc_info else ""):
            line["traceback"] = traceback
        return json.dumps(line, ensure_ascii=False)
