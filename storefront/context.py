from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from cinema import clock
from storefront.request_identity import customer
from storefront.services.own_orders import held_orders


def shop(request: HttpRequest) -> dict[str, Any]:
    """Template variables of every page of the shop. The customer, and what they hold, are looked up only where a
    template uses them."""
    return {
        "house": settings.SITE_NAME or _("Cinema"),
        "customer": SimpleLazyObject(lambda: customer(request)),
        "terms_url": settings.TERMS_URL,
        "privacy_url": settings.PRIVACY_URL,
        "held_orders": SimpleLazyObject(lambda: held_orders(request, at=clock.now())),
    }
