from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from storefront.request_identity import customer


def shop(request: HttpRequest) -> dict[str, Any]:
    """Template variables of every page of the shop. The customer is looked up only where a template uses it."""
    return {"house": settings.SITE_NAME or _("Cinema"), "customer": SimpleLazyObject(lambda: customer(request))}
