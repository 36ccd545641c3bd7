"""Page of campaigns: their links and promo codes. What they brought is a report of its own."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backoffice.framework.admin import NoDeleteAdmin
from reports.models import Campaign


@admin.register(Campaign)
class CampaignAdmin(NoDeleteAdmin):
    cinema_path = None
    list_display = ["name", "link", "promocode", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["promocode"]
    search_fields = ["name", "key"]
    fields = ["name", "key", "link", "promocode", "is_active"]
    readonly_fields = ["link"]

    def get_fields(self, request: HttpRequest, obj: Campaign | None = None) -> Any:
        """A new campaign has no link before it is saved."""
        return [each for each in self.fields if obj or each != "link"]

    @admin.display(description=_("link"))
    def link(self, campaign: Campaign) -> str:
        return f"{settings.SITE_URL}/?c={campaign.key}"
