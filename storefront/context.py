from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


def shop(_request: HttpRequest) -> dict[str, Any]:
    """What every page of the shop says of the house."""
    return {"house": settings.SITE_NAME or _("Cinema")}
