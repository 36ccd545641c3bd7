"""Page of payments: confirm an unknown terminal result, check with the provider."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.framework.badges import StatusBadgeMixin
from backoffice.framework.counted_filter import CountedFilter
from backoffice.payments.forms import OrderAmountForm, ResolvePaymentForm
from boxoffice.services.sales import approve_uncertain, shift_for_money
from orders.services import resolve_payment, settle_payment
from payments.models import MANUAL_GATEWAYS, Payment

COLOURS: dict[str, str] = {
    Payment.Status.PENDING: "info",
    Payment.Status.SUCCEEDED: "success",
    Payment.Status.FAILED: "warning",
}


def is_manual(payment: Payment | None) -> bool:
    """Whether staff took the payment, in cash or on a terminal. A refund without a payment is manual too."""
    return payment is None or payment.gateway in MANUAL_GATEWAYS


class DiscrepancyFilter(admin.SimpleListFilter):
    title = _("problem")
    parameter_name = "discrepancy"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("yes", _("needs checking"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        return queryset.filter(discrepancy__gt="") if self.value() == "yes" else queryset


@admin.register(Payment)
class PaymentAdmin(StatusBadgeMixin, ActionsMixin, ReadOnlyAdmin):
    colours = COLOURS
    ordering = NEWEST_FIRST
    cinema_path = "order__cinema"
    list_display = ["created_at", "order", "gateway", "amount", "status_label", "succeeded_at", "discrepancy"]
    list_filter = ["status", "gateway", DiscrepancyFilter, CountedFilter]
    link_lookups = frozenset({"order__cinema"})
    list_select_related = ["order"]
    search_fields = ["=order__number", "=external_id", "=rrn"]
    exclude = ["status"]
    readonly_fields = ["status_label", "uid"]
    actions_detail = ["clear_up", "ask"]

    @confirmed_action(
        permission="orders.take_payment_order",
        title=_("Confirm the result"),
        text=_("Check the terminal’s log and enter the result."),
        form=ResolvePaymentForm,
        when=lambda payment: payment.status == Payment.Status.PENDING and is_manual(payment),
        icon="rule",
    )
    def clear_up(self, payment: Payment, *, approved: bool, at: datetime, actor: User) -> str:
        if approved:
            shift = shift_for_money(actor, payment.order.cinema)
            approve_uncertain(payment, shift=shift, at=at, actor=actor)
        else:
            resolve_payment(payment, approved=False, at=at, actor=actor)
        payment.refresh_from_db()
        return gettext("Payment updated: %(status)s.") % {"status": payment.get_status_display()}

    @confirmed_action(
        permission="payments.ask_payment",
        title=_("Check with the provider"),
        text=_("The payment and its refunds are updated from the payment provider’s data."),
        form=OrderAmountForm,
        when=lambda payment: not is_manual(payment) and payment.moved_from_id is None,
        icon="sync",
    )
    def ask(self, payment: Payment, *, at: datetime, actor: User) -> str:
        settled = settle_payment(payment, at=at)
        result = settled.get_discrepancy_display() or settled.get_status_display()
        return gettext("Payment status: %(status)s.") % {"status": result}
