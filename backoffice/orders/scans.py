"""Page of scans: each check-in of a ticket at the door."""

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.framework.badges import status_badge
from backoffice.orders.columns import TICKET_RELATED, TicketColumnMixin
from orders.models import Scan


@admin.register(Scan)
class ScanAdmin(TicketColumnMixin, ReadOnlyAdmin):
    ordering = NEWEST_FIRST
    cinema_path = "ticket__order__cinema"
    list_display = ["at", "ticket_column", "undone_badge", "override", "actor"]
    list_select_related = [*TICKET_RELATED, "actor"]
    fields = ["ticket", "at", "actor", "undone_badge", "override"]
    readonly_fields = ["undone_badge"]

    @admin.display(description=_("undone"), ordering="undone")
    def undone_badge(self, scan: Scan) -> str:
        """Empty for a valid scan, so that only undone ones catch the eye."""
        return status_badge(gettext("Undone"), "warning") if scan.undone else "–"
