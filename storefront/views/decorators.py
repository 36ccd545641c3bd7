"""Decorators for views that only forms lead to."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

View = Callable[..., HttpResponseBase]


def post_or_redirect(back: str) -> Callable[[View], View]:
    """Only POST does something. A GET (a reload, a restored tab, a language switch) is redirected to the
    page called `back`, named by the same URL arguments.
    """

    def only_pressed(view: View) -> View:
        @wraps(view)
        @require_http_methods(["GET", "HEAD", "POST"])
        def asked(request: HttpRequest, **parts: Any) -> HttpResponseBase:
            return view(request, **parts) if request.method == "POST" else redirect(back, **parts)

        return asked

    return only_pressed
