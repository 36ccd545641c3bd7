from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.views.i18n import set_language

from storefront.request_identity import customer
from storefront.views.decorators import post_or_redirect


@post_or_redirect("shop:home")
def choose(request: HttpRequest) -> HttpResponseBase:
    """Switch the language and return to the previous page on this site; stored in a customer's account."""
    response = set_language(request)
    chosen = request.POST.get("language", "")
    user = customer(request)
    if user is not None and translation.check_for_language(chosen) and user.preferred_language != chosen:
        user.preferred_language = chosen
        user.save(update_fields=["preferred_language"])
    return response
