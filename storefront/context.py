from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from cinema import clock
from house_rules.face import face
from house_rules.languages import own_name_of
from storefront.request_identity import customer
from storefront.services.addresses import alternates, canonical, listed_path
from storefront.services.own_orders import held_orders


def shop(request: HttpRequest) -> dict[str, Any]:
    """Template variables of every page of the shop. The customer, and what they hold, are looked up only where a
    template uses them."""
    return {
        "chain": SimpleLazyObject(face),
        "languages": [(code, own_name_of(code)) for code, _name in settings.LANGUAGES],
        "house": SimpleLazyObject(lambda: face().name),
        "canonical": SimpleLazyObject(lambda: canonical(request)),
        "alternates": SimpleLazyObject(lambda: alternates(listed_path(request))),
        "customer": SimpleLazyObject(lambda: customer(request)),
        "terms_url": SimpleLazyObject(lambda: face().terms_url),
        "privacy_url": SimpleLazyObject(lambda: face().privacy_url),
        "held_orders": SimpleLazyObject(lambda: held_orders(request, at=clock.now())),
    }
