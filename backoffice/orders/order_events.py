"""The orders' records: what was written once and is only read. Pages on which staff act stand beside their subject."""

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.framework.admin import NEWEST_FIRST, NoDeleteAdmin, ReadOnlyAdmin
from backoffice.framework.badges import status_badge
from backoffice.orders.columns import REFUNDED, TICKET, ReasonInWords
from orders.models import OrderEvent, Promocode, RefundLine, Scan, Ticket


class OfTicket:
    """A page of rows of tickets: to sort by a ticket's name passes its hall twice, which Django takes for a loop."""

    @admin.display(description=_("ticket"), ordering="ticket_id")
    def of_ticket(self, row: Scan | RefundLine) -> Ticket | None:
        return row.ticket


@admin.register(Scan)
class ScanAdmin(OfTicket, ReadOnlyAdmin):
    ordering = NEWEST_FIRST
    cinema_path = "ticket__order__cinema"
    list_display = ["at", "of_ticket", "whether_undone", "actor"]
    list_select_related = [*TICKET, "actor"]
    fields = ["ticket", "at", "actor", "whether_undone"]
    readonly_fields = ["whether_undone"]

    @admin.display(description=_("undone"), ordering="undone")
    def whether_undone(self, scan: Scan) -> str:
        """A scan that stands is no alarm."""
        return status_badge(gettext("Undone"), "warning") if scan.undone else "–"


@admin.register(RefundLine)
class RefundLineAdmin(OfTicket, ReadOnlyAdmin):
    ordering = NEWEST_FIRST
    cinema_path = "refund__order__cinema"
    list_display = ["refund", "of_ticket", "preorder", "amount"]
    list_select_related = ["refund", *REFUNDED]


@admin.register(OrderEvent)
class OrderEventAdmin(ReasonInWords, ReadOnlyAdmin):
    ordering = NEWEST_FIRST
    cinema_path = "order__cinema"
    list_display = ["at", "order", "from_status", "to_status", "actor", "why"]
    list_filter = ["to_status"]
    list_select_related = ["order", "actor"]
    search_fields = ["=order__number"]


@admin.register(Promocode)
class PromocodeAdmin(NoDeleteAdmin):
    cinema_path = None
    list_display = ["code", "discount_percent", "discount_amount", "used_count", "max_uses", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["code"]
    readonly_fields = ["used_count"]
