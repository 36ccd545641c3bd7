"""Page of the rates of authors' societies."""

from django.contrib import admin
from django.http import HttpRequest

from accounts.scope import cinemas_of
from backoffice.framework.admin import NoDeleteAdmin
from reports.models import SocietyRate


@admin.register(SocietyRate)
class SocietyRateAdmin(NoDeleteAdmin):
    """Rates may be about all cinemas, so they are entered by people who work for all of them."""

    cinema_path = None
    list_display = ["society", "percent", "base", "legal_entity", "cinema", "valid_from"]
    list_filter = ["legal_entity", "cinema"]
    list_select_related = ["legal_entity", "cinema"]
    search_fields = ["society"]

    def has_view_permission(self, request: HttpRequest, obj: SocietyRate | None = None) -> bool:
        return super().has_view_permission(request, obj) and cinemas_of(request) is None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and cinemas_of(request) is None

    def has_change_permission(self, request: HttpRequest, obj: SocietyRate | None = None) -> bool:
        return super().has_change_permission(request, obj) and cinemas_of(request) is None
