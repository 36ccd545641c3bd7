from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from storefront.request_identity import customer


def shop(request: HttpRequest) -> dict[str, Any]:
    """What every page of the shop says of the house, and who is signed in, looked up where a page asks."""
    return {"house": settings.SITE_NAME or _("Cinema"), "customer": SimpleLazyObject(lambda: customer(request))}
