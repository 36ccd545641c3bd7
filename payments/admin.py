from django.contrib import admin

from cinema.admin import RecordAdmin
from payments.models import GatewayEvent


@admin.register(GatewayEvent)
class GatewayEventAdmin(RecordAdmin):
    cinema_path = None
    list_display = ["received_at", "gateway", "event_id", "handled_at"]
    list_filter = ["gateway"]
    search_fields = ["=event_id"]
