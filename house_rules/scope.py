"""What is read once in a request or a pass of a job, however often it is asked for.

    with rules_scope():               # a request, a pass of a job
        read_once("rules", read)      # calls `read` the first time only

Outside a scope each call reads, so that a shell never uses an outdated row. A service that reads in a loop opens a
scope (`@rules_scope()`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

Row = TypeVar("Row")
_scope: ContextVar[dict[str, Any] | None] = ContextVar("house_rules", default=None)


def read_once(name: str, read: Callable[[], Row]) -> Row:
    found = _scope.get()
    if found is None:
        return read()
    if name not in found:
        found[name] = read()
    row: Row = found[name]
    return row


def forget(name: str) -> None:
    """Read it again at the next call: the row has just been changed."""
    (_scope.get() or {}).pop(name, None)


@contextmanager
def rules_scope() -> Iterator[None]:
    """Within it each row is read once, at the first call. A scope inside another is part of it."""
    if _scope.get() is not None:
        yield
        return
    token = _scope.set({})
    try:
        yield
    finally:
        _scope.reset(token)


class HouseRulesMiddleware:
    """A request is a scope."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with rules_scope():
            return self.get_response(request)
