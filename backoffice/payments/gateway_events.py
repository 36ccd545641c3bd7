"""Page of gateway events: the webhooks that payment providers have sent."""

from django.contrib import admin

from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from payments.models import GatewayEvent


@admin.register(GatewayEvent)
class GatewayEventAdmin(ReadOnlyAdmin):
    cinema_path = None
    ordering = NEWEST_FIRST
    list_display = ["received_at", "gateway", "event_id", "handled_at"]
    list_filter = ["gateway"]
    search_fields = ["=event_id"]
