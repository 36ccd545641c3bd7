"""Page of order events: the status history of orders."""

from django.contrib import admin

from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.orders.columns import ReasonLabelMixin
from orders.models import OrderEvent


@admin.register(OrderEvent)
class OrderEventAdmin(ReasonLabelMixin, ReadOnlyAdmin):
    ordering = NEWEST_FIRST
    cinema_path = "order__cinema"
    list_display = ["at", "order", "from_status", "to_status", "actor", "reason_text"]
    list_filter = ["to_status"]
    list_select_related = ["order", "actor"]
    search_fields = ["=order__number"]
