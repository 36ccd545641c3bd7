"""Page of refunds: mark as paid out, send again."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.accounts.approvals import ApprovalsMixin
from backoffice.framework.actions import confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.framework.badges import StatusBadgeMixin
from backoffice.framework.counted_filter import CountedFilter
from backoffice.framework.read_only import ReadOnlyInline
from backoffice.orders.columns import REFUND_LINE_RELATED, ReasonLabelMixin
from backoffice.payments.forms import RefundAmountForm
from backoffice.payments.payments import is_manual
from orders.approvals import PayOutApproval
from orders.models import RefundLine
from orders.services import pay_out
from payments.models import Refund
from payments.services import send_again

COLOURS: dict[str, str] = {
    Refund.Status.REQUESTED: "info",
    Refund.Status.SUCCEEDED: "success",
    Refund.Status.FAILED: "danger",
}


class PendingFilter(admin.SimpleListFilter):
    """Refunds that wait for staff. The dashboard links here with its parameter."""

    title = _("awaiting")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("lines", _("tickets or snacks to be chosen")), ("hands", _("payout by staff"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Refund]:
        if self.value() == "lines":
            return queryset.awaiting_lines()
        if self.value() == "hands":
            return queryset.to_hand_out()
        return queryset


class RefundLineInline(ReadOnlyInline):
    model = RefundLine
    fields = ["ticket", "preorder", "amount"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RefundLine]:
        return super().get_queryset(request).select_related(*REFUND_LINE_RELATED)


@admin.register(Refund)
class RefundAdmin(ReasonLabelMixin, StatusBadgeMixin, ApprovalsMixin, ReadOnlyAdmin):
    colours = COLOURS
    ordering = NEWEST_FIRST
    list_per_page = 15  # its rows are tall
    cinema_path = "order__cinema"
    list_display = [
        "requested_at",
        "order",
        "amount",
        "status_label",
        "error",
        "unallocated_amount",
        "reason_text",
        "succeeded_at",
    ]
    list_filter = ["status", PendingFilter, CountedFilter]
    # The sheet of a day links to its refunds, and reports to theirs.
    link_lookups = frozenset({"requested_at__gte", "requested_at__lt", "order__cinema", "payment__gateway"})
    list_select_related = ["order"]
    search_fields = ["=order__number", "=external_id"]
    inlines = [RefundLineInline]
    exclude = ["reason", "status"]
    readonly_fields = ["status_label", "reason_text", "uid"]
    actions_detail = ["pay_out", "send_again"]
    actions = ["send_again"]

    @confirmed_action(
        permission="payments.pay_out_refund",
        title=_("Mark as paid out"),
        text=_(
            "Confirm only after the customer has received the money: in cash, on the card terminal or in another way."
        ),
        form=RefundAmountForm,
        when=lambda refund: (
            refund.status == Refund.Status.FAILED
            or (refund.status == Refund.Status.REQUESTED and is_manual(refund.payment))
        ),
        icon="payments",
    )
    def pay_out(self, refund: Refund, *, despite_dispute: bool = False, at: datetime, actor: User) -> str:
        pay_out(refund, at=at, actor=actor, despite_dispute=despite_dispute)
        return PayOutApproval.message(refund, None)

    @confirmed_action(
        permission="payments.resend_refund",
        title=_("Send again"),
        text=_("We check with the payment provider first, so the customer is not refunded twice."),
        form=RefundAmountForm,
        when=lambda refund: refund.status == Refund.Status.FAILED and not is_manual(refund.payment),
        icon="forward_to_inbox",
        done=ngettext_lazy("%(count)d refund will be sent again.", "%(count)d refunds will be sent again.", "count"),
    )
    def send_again(self, refund: Refund, *, despite_dispute: bool = False, at: datetime, actor: User) -> str:
        send_again(refund, at=at, despite_dispute=despite_dispute)
        return gettext("The refund for order %(order)s will be sent within a minute.") % {"order": refund.order}
