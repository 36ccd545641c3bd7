from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from cinema import clock
from house_rules.face import face
from storefront.request_identity import customer
from storefront.services.own_orders import held_orders


def shop(request: HttpRequest) -> dict[str, Any]:
    """Template variables of every page of the shop. The customer, and what they hold, are looked up only where a
    template uses them."""
    return {
        "chain": SimpleLazyObject(face),
        "house": SimpleLazyObject(lambda: face().name),
        "customer": SimpleLazyObject(lambda: customer(request)),
        "terms_url": SimpleLazyObject(lambda: face().terms_url),
        "privacy_url": SimpleLazyObject(lambda: face().privacy_url),
        "held_orders": SimpleLazyObject(lambda: held_orders(request, at=clock.now())),
    }
