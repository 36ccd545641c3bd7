from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin, ReadOnlyInline
from backoffice.framework.badges import StatusBadgeMixin
from backoffice.orders.columns import LINK, REFUNDED, ReasonInWords
from backoffice.payments.forms import MoneyForm, ResolvePaymentForm
from cinema.money import format_money
from orders.models import RefundLine
from orders.services import mark_paid_out, resolve_payment, send_again, send_receipt_again, settle_payment
from payments.models import BY_HAND, Dispute, Payment, Receipt, ReceiptLine, Refund

PAYMENT_COLOURS: dict[str, str] = {
    Payment.Status.PENDING: "info",
    Payment.Status.SUCCEEDED: "success",
    Payment.Status.FAILED: "warning",
}
REFUND_COLOURS: dict[str, str] = {
    Refund.Status.REQUESTED: "info",
    Refund.Status.SUCCEEDED: "success",
    Refund.Status.FAILED: "danger",
}
DISPUTE_COLOURS: dict[str, str] = {
    Dispute.Status.OPEN: "danger",
    Dispute.Status.ANSWERED: "info",
    Dispute.Status.WON: "success",
    Dispute.Status.LOST: "warning",
}
RECEIPT_COLOURS: dict[str, str] = {
    Receipt.Status.QUEUED: "info",
    Receipt.Status.SENT: "success",
    Receipt.Status.FAILED: "danger",
}


def by_hand(payment: Payment | None) -> bool:
    return payment is None or payment.gateway in BY_HAND


class DiscrepancyFilter(admin.SimpleListFilter):
    title = _("problem")
    parameter_name = "discrepancy"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("yes", _("needs checking"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        return queryset.filter(discrepancy__gt="") if self.value() == "yes" else queryset


@admin.register(Payment)  # here, since the orders know what money does to them
class PaymentAdmin(StatusBadgeMixin, ActionsMixin, ReadOnlyAdmin):
    colours = PAYMENT_COLOURS
    ordering = NEWEST_FIRST
    cinema_path = "order__cinema"
    list_display = ["created_at", "order", "gateway", "amount", "standing", "succeeded_at", "discrepancy"]
    list_filter = ["status", "gateway", DiscrepancyFilter]
    list_select_related = ["order"]
    search_fields = ["=order__number", "=external_id"]
    exclude = ["status"]
    readonly_fields = ["standing", "uid"]
    actions_detail = ["clear_up", "ask"]

    @confirmed_action(
        permission="orders.take_payment_order",
        title=_("Confirm the result"),
        text=_("Check the terminal’s log and enter the result."),
        form=ResolvePaymentForm,
        when=lambda payment: payment.status == Payment.Status.PENDING and by_hand(payment),
        icon="rule",
    )
    def clear_up(self, payment: Payment, *, approved: bool, at: datetime, actor: User) -> str:
        resolve_payment(payment, approved=approved, at=at, actor=actor)
        payment.refresh_from_db()
        return gettext("Payment updated: %(status)s.") % {"status": payment.get_status_display()}

    @confirmed_action(
        permission="payments.ask_payment",
        title=_("Check with the provider"),
        text=_("The payment and its refunds are updated from the payment provider’s data."),
        form=MoneyForm,
        when=lambda payment: not by_hand(payment),
        icon="sync",
    )
    def ask(self, payment: Payment, *, at: datetime, actor: User) -> str:
        asked = settle_payment(payment, at=at)
        told = asked.get_discrepancy_display() or asked.get_status_display()
        return gettext("Payment status: %(status)s.") % {"status": told}


@admin.register(Dispute)
class DisputeAdmin(StatusBadgeMixin, ReadOnlyAdmin):
    """It is answered at the gateway, with evidence; here one sees what is at stake and until when.

    Its payment's page asks how it went."""

    colours = DISPUTE_COLOURS
    cinema_path = "payment__order__cinema"
    ordering = NEWEST_FIRST
    list_display = ["heard_at", "order", "amount", "standing", "answer_by", "reason", "decided_at"]
    list_filter = ["status"]
    list_select_related = ["payment__order"]
    search_fields = ["=payment__order__number", "=external_id"]
    fields = [
        "standing",
        ("order", "payment"),
        ("amount", "answer_by"),
        ("reason", "external_id"),
        ("heard_at", "decided_at"),
    ]
    readonly_fields = ["standing", "order"]

    @admin.display(description=_("order"))
    def order(self, dispute: Dispute) -> str:
        order = dispute.payment.order
        return format_html(LINK, reverse("admin:orders_order_change", args=[order.pk]), order)


class RefundLineInline(ReadOnlyInline):
    model = RefundLine
    fields = ["ticket", "preorder", "amount"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RefundLine]:
        return super().get_queryset(request).select_related(*REFUNDED)


class PendingFilter(admin.SimpleListFilter):
    """What refunds wait for that only a person can do."""

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


class ReceiptLineInline(ReadOnlyInline):
    model = ReceiptLine
    fields = ["name", "subject", "quantity", "price", "vat"]


@admin.register(Receipt)
class ReceiptAdmin(StatusBadgeMixin, ActionsMixin, ReadOnlyAdmin):
    colours = RECEIPT_COLOURS
    cinema_path = "order__cinema"
    ordering = NEWEST_FIRST
    list_display = ["created_at", "order", "kind", "amount", "standing", "error", "sent_at"]
    list_filter = ["status", "kind"]
    list_select_related = ["order"]
    search_fields = ["=order__number", "=external_id"]
    inlines = [ReceiptLineInline]
    exclude = ["status"]
    readonly_fields = ["standing"]
    actions_detail = ["send_again"]
    actions = ["send_again"]

    @confirmed_action(
        permission="payments.resend_receipt",
        title=_("Send again"),
        text=_("The receipt is sent with the same number, so it won’t be registered twice."),
        form=MoneyForm,
        when=lambda receipt: receipt.status == Receipt.Status.FAILED,
        icon="receipt_long",
        done=ngettext_lazy("%(count)d receipt will be sent again.", "%(count)d receipts will be sent again.", "count"),
    )
    def send_again(self, receipt: Receipt, *, at: datetime, actor: User) -> str:
        send_receipt_again(receipt, at=at)
        return gettext("The receipt for order %(order)s will be sent within a minute.") % {"order": receipt.order}


@admin.register(ReceiptLine)
class ReceiptLineAdmin(ReadOnlyAdmin):
    cinema_path = "receipt__order__cinema"
    ordering = NEWEST_FIRST
    list_display = ["receipt", "name", "quantity", "price", "vat"]
    list_select_related = ["receipt"]


@admin.register(Refund)
class RefundAdmin(ReasonInWords, StatusBadgeMixin, ActionsMixin, ReadOnlyAdmin):
    colours = REFUND_COLOURS
    ordering = NEWEST_FIRST
    list_per_page = 20  # its rows are wide
    cinema_path = "order__cinema"
    list_display = ["requested_at", "order", "amount", "standing", "error", "unallocated_amount", "why", "succeeded_at"]
    list_filter = ["status", PendingFilter]
    list_select_related = ["order"]
    search_fields = ["=order__number", "=external_id"]
    inlines = [RefundLineInline]
    exclude = ["reason", "status"]
    readonly_fields = ["standing", "why", "uid"]
    actions_detail = ["pay_out", "send_again"]
    actions = ["send_again"]

    @confirmed_action(
        permission="payments.pay_out_refund",
        title=_("Mark as paid out"),
        text=_(
            "Confirm only after the customer has received the money: in cash, on the card terminal or in another way."
        ),
        form=MoneyForm,
        when=lambda refund: (
            refund.status == Refund.Status.FAILED
            or (refund.status == Refund.Status.REQUESTED and by_hand(refund.payment))
        ),
        icon="payments",
    )
    def pay_out(self, refund: Refund, *, at: datetime, actor: User) -> str:
        mark_paid_out(refund, at=at, actor=actor)
        told = gettext("%(amount)s for order %(order)s marked as paid out.")
        return told % {"amount": format_money(refund.amount), "order": refund.order}

    @confirmed_action(
        permission="payments.resend_refund",
        title=_("Send again"),
        text=_("We check with the payment provider first, so the customer is not refunded twice."),
        form=MoneyForm,
        when=lambda refund: refund.status == Refund.Status.FAILED and not by_hand(refund.payment),
        icon="forward_to_inbox",
        done=ngettext_lazy("%(count)d refund will be sent again.", "%(count)d refunds will be sent again.", "count"),
    )
    def send_again(self, refund: Refund, *, at: datetime, actor: User) -> str:
        send_again(refund, at=at)
        return gettext("The refund for order %(order)s will be sent within a minute.") % {"order": refund.order}
