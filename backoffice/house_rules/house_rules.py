"""Page of the house rules, and the page that says what the installation still lacks."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from backoffice.framework.admin import NoDeleteAdmin
from backoffice.framework.reauthentication import ReauthenticationMixin
from cinema.checks import faults
from house_rules.face import face
from house_rules.models import HouseRules
from house_rules.rules import settings_as_row


@admin.register(HouseRules)
class HouseRulesAdmin(ReauthenticationMixin, NoDeleteAdmin):
    cinema_path = None
    list_display = [
        "__str__",
        "online_hold_minutes",
        "refund_notice_minutes",
        "bonus_rate_percent",
        "till_sales_minutes",
        "doors_open_minutes",
        "reminder_minutes",
    ]
    fieldsets = [
        (
            _("Selling"),
            {
                "fields": [
                    "online_hold_minutes",
                    "box_office_hold_minutes",
                    "reservation_hours",
                    "reservation_grace_hours",
                    "refund_notice_minutes",
                    "till_sales_minutes",
                ]
            },
        ),
        (_("Visits"), {"fields": ["doors_open_minutes", "reminder_minutes", "archive_days"]}),
        (_("Bonus points"), {"fields": ["bonus_rate_percent", "bonus_validity_days"]}),
        (
            _("Approval by a second person"),
            {"fields": ["refund_limit", "session_refund_limit", "points_limit", "write_off_limit"]},
        ),
        (_("Signing in"), {"fields": ["second_factor_for_money"]}),
    ]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.installation)
        return [path("installation/", view, name="house_rules_houserules_installation"), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The first row: until it is stored, the settings decide."""
        return self.has_change_permission(request) and not HouseRules.objects.exists()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return settings_as_row()

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Without “Save and add another”: there is one row."""
        context["show_save_and_add_another"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    def response_add(self, request: HttpRequest, obj: HouseRules, post_url_continue: str | None = None) -> HttpResponse:
        """Also for a page that still had that button: what follows is the list."""
        sent = request.POST.copy()
        sent.pop("_addanother", None)
        request.POST = sent  # type: ignore[assignment]
        return super().response_add(request, obj, post_url_continue)

    def installation(self, request: HttpRequest) -> HttpResponse:
        """What has to be set on the server, with an example of each line of `.env`."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Installation"),
            "faults": list(faults()),
            "without_gateway": not settings.PAYMENT_GATEWAYS,
            "without_legal_texts": not (face().terms_url and face().privacy_url),
        }
        return TemplateResponse(request, "backoffice/house_rules/installation.html", context)
