from django.contrib import admin
from django.http import HttpRequest

from backoffice.framework.admin import NoDeleteAdmin, ReadOnlyAdmin
from payments.models import GatewayEvent, VatRate


@admin.register(GatewayEvent)
class GatewayEventAdmin(ReadOnlyAdmin):
    cinema_path = None
    list_display = ["received_at", "gateway", "event_id", "handled_at"]
    list_filter = ["gateway"]
    search_fields = ["=event_id"]


@admin.register(VatRate)
class VatRateAdmin(NoDeleteAdmin):
    cinema_path = None
    list_display = ["subject", "vat", "valid_from"]
    list_filter = ["subject"]

    def has_change_permission(self, request: HttpRequest, obj: VatRate | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.is_printed())
