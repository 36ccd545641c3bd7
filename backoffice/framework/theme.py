"""The theme of the admin: the setting UNFOLD. It is read with the settings, so it imports nothing that needs them."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "backoffice.framework.chain_face.chain_name",
    "SITE_HEADER": "backoffice.framework.chain_face.chain_name",
    "SITE_LOGO": "backoffice.framework.chain_face.chain_logo",
    "SITE_SYMBOL": "theaters",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "sizes": "any", "href": lambda _request: static("icon.svg")}
    ],
    "SITE_URL": None,
    "DASHBOARD_CALLBACK": "backoffice.dashboard.dashboard.dashboard_callback",
    "LOGIN": {"form": "backoffice.framework.log_in.LogInForm"},
    "ACCOUNT": {
        "navigation": [
            {"title": _("Two-step sign-in"), "link": reverse_lazy("admin:accounts_user_second_factor")},
            {"title": _("PIN"), "link": reverse_lazy("admin:accounts_user_pin")},
        ]
    },
    "SIDEBAR": {"navigation": "backoffice.framework.admin_menu.menu"},
    "STYLES": [lambda _request: static("backoffice/admin.css"), lambda _request: static("reports/charts.css")],
    "SCRIPTS": [lambda _request: static("backoffice/admin.js")],
}
