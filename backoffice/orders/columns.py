"""Columns, links and badge colours that several pages about orders share."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from concessions.models import ConcessionPreorder
from orders.models import OrderEvent, RefundLine, Scan, Ticket
from orders.reasons import reason_label
from payments.models import Refund

# For `select_related`: the related rows from which the name of a ticket, or of a refunded line, is made.
TICKET_RELATED = ["ticket__session__film", "ticket__session__hall__cinema", "ticket__seat"]
REFUND_LINE_RELATED = [*TICKET_RELATED, "preorder__concession_item"]

LINK = '<a class="font-medium text-primary-600 dark:text-primary-500" href="{}">{}</a>'  # for format_html

TICKET_COLOURS: dict[str, str] = {
    Ticket.Status.RESERVED: "info",
    Ticket.Status.PAID: "success",
    Ticket.Status.EXPIRED: "warning",
}
PREORDER_COLOURS: dict[str, str] = {
    ConcessionPreorder.Status.PENDING: "info",
    ConcessionPreorder.Status.READY: "success",
    ConcessionPreorder.Status.EXPIRED: "warning",
}


class TicketColumnMixin:
    """A ticket column that can be sorted.

    It sorts by id: sorting by the ticket's own default ordering makes Django report an infinite loop, because that
    ordering passes through the hall twice.
    """

    @admin.display(description=_("ticket"), ordering="ticket_id")
    def ticket_column(self, row: Scan | RefundLine) -> Ticket | None:
        return row.ticket


class ReasonLabelMixin:
    """Shows the label of a stored reason code, or the reason itself if somebody typed it."""

    exclude = ["reason"]
    readonly_fields = ["reason_text"]

    @admin.display(description=_("reason"))
    def reason_text(self, row: Refund | OrderEvent) -> str:
        return reason_label(row.reason) or "–"
