"""How forms are answered: by POST only, and by leading on to what was made."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from orders.models import Order

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


def lead_to(order: Order) -> HttpResponseRedirect:
    """Redirect to the order's page; the body has the link too, for clients that do not follow redirects."""
    path = reverse("shop:order", args=[order.token])
    return HttpResponseRedirect(path, content=format_html('<a href="{}">{}</a>', path, order.number))
