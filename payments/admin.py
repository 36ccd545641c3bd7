from django.contrib import admin

from cinema.admin import RecordAdmin
from payments.models import GatewayEvent, Payment


@admin.register(Payment)
class PaymentAdmin(RecordAdmin):
    cinema_path = "order__cinema"
    list_display = ["created_at", "order", "gateway", "amount", "status", "succeeded_at"]
    list_filter = ["status", "gateway"]
    list_select_related = ["order"]
    search_fields = ["=order__number", "=external_id"]


@admin.register(GatewayEvent)
class GatewayEventAdmin(RecordAdmin):
    cinema_path = None
    list_display = ["received_at", "gateway", "event_id", "handled_at"]
    list_filter = ["gateway"]
    search_fields = ["=event_id"]
