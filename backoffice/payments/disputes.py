"""Page of disputes (chargebacks)."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.framework.badges import StatusBadgeMixin
from backoffice.orders.columns import LINK
from payments.models import Dispute

COLOURS: dict[str, str] = {
    Dispute.Status.OPEN: "danger",
    Dispute.Status.ANSWERED: "info",
    Dispute.Status.WON: "success",
    Dispute.Status.LOST: "warning",
}


@admin.register(Dispute)
class DisputeAdmin(StatusBadgeMixin, ReadOnlyAdmin):
    """Shows the disputed amount and the deadline for a reply.

    Staff reply on the payment provider's site. "Check with the provider" on the page of the payment reads the result.
    """

    colours = COLOURS
    cinema_path = "payment__order__cinema"
    ordering = NEWEST_FIRST
    list_display = ["heard_at", "order", "amount", "status_label", "answer_by", "reason", "decided_at"]
    list_filter = ["status"]
    list_select_related = ["payment__order"]
    search_fields = ["=payment__order__number", "=external_id"]
    fields = [
        "status_label",
        ("order", "payment"),
        ("amount", "answer_by"),
        ("reason", "external_id"),
        ("heard_at", "decided_at"),
    ]
    readonly_fields = ["status_label", "order"]

    @admin.display(description=_("order"))
    def order(self, dispute: Dispute) -> str:
        order = dispute.payment.order
        return format_html(LINK, reverse("admin:orders_order_change", args=[order.pk]), order)
