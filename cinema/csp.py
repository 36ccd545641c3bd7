"""Content security policies: a strict one for the shop, and one for the admin, where scripts evaluate text."""

from typing import Any

from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase

SHOP_POLICY: dict[str, Any] = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "media-src": [SELF],
    "connect-src": [SELF],
    "manifest-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}

# Unfold's pages are written with Alpine.js, which evaluates the expressions in their attributes. Its build without
# `unsafe-eval` knows neither global names nor arrow functions, which these expressions use.
ADMIN_POLICY: dict[str, Any] = {
    **SHOP_POLICY,
    "script-src": [SELF, UNSAFE_EVAL],
    "style-src": [SELF, NONCE],  # for the colours of the theme, and the places in a timetable
    "img-src": [SELF, "data:", "blob:"],
}


class ContentSecurityPolicy(CSPMiddleware):
    """Sends `CONTENT_SECURITY_POLICY`, which is the shop's, with every page except those under /admin/."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and parts.config is None and request.path_info.startswith("/admin/"):
            parts.config = ADMIN_POLICY
        return parts
