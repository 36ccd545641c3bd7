"""Page of refund lines: which ticket or snacks each refund was for."""

from django.contrib import admin

from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.orders.columns import REFUND_LINE_RELATED, TicketColumnMixin
from orders.models import RefundLine


@admin.register(RefundLine)
class RefundLineAdmin(TicketColumnMixin, ReadOnlyAdmin):
    ordering = NEWEST_FIRST
    cinema_path = "refund__order__cinema"
    list_display = ["refund", "ticket_column", "preorder", "amount"]
    list_select_related = ["refund", *REFUND_LINE_RELATED]
