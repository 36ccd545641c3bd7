"""What a form answers whose CSRF token is of an earlier visit, because its visitor has signed in or out elsewhere."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.csrf import csrf_failure

from storefront.views import checkout, holding, orders

CHANGED_REASON = "CSRF token from POST"  # how Django's reason begins once the origin of the request was found right
FORMS = {
    "shop:hold": holding.hold_again,
    "shop:checkout": checkout.checkout_again,
    "shop:change": orders.change_again,
}


def failed(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Show a checkout again, with what was typed and a current token; nothing is done until it is sent once more.
    Every other form, and a request that may come from another site, gets the page that it has expired.
    """
    match = request.resolver_match
    show_again = FORMS.get(match.view_name) if match and reason.startswith(CHANGED_REASON) else None
    if show_again is None or match is None:
        return csrf_failure(request, reason)
    return show_again(request, **match.kwargs)
