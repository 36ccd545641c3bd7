"""Addresses that only a button leads to."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

View = Callable[..., HttpResponseBase]


def post_or_redirect(back: str) -> Callable[[View], View]:
    """Only a press does something. A refusal stands at the button's address: who loads it again, has the phone restore
    it, or chooses the other language there, is led to the page called `back`, which the same parts of the address name.
    """

    def only_pressed(view: View) -> View:
        @wraps(view)
        @require_http_methods(["GET", "HEAD", "POST"])
        def asked(request: HttpRequest, **parts: Any) -> HttpResponseBase:
            return view(request, **parts) if request.method == "POST" else redirect(back, **parts)

        return asked

    return only_pressed
