"""Pages of fiscal receipts and their lines."""

from datetime import datetime

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.framework.badges import StatusBadgeMixin
from backoffice.framework.read_only import ReadOnlyInline
from backoffice.payments.forms import CorrectionForm, OrderAmountForm
from payments.models import Receipt, ReceiptLine
from payments.services import correct_receipt, send_receipt_again

COLOURS: dict[str, str] = {
    Receipt.Status.QUEUED: "info",
    Receipt.Status.REGISTERED: "info",
    Receipt.Status.BY_HAND: "warning",
    Receipt.Status.SENT: "success",
    Receipt.Status.FAILED: "danger",
}


class ReceiptLineInline(ReadOnlyInline):
    model = ReceiptLine
    fields = ["name", "subject", "quantity", "price", "vat"]


@admin.register(Receipt)
class ReceiptAdmin(StatusBadgeMixin, ActionsMixin, ReadOnlyAdmin):
    colours = COLOURS
    cinema_path = "cinema"
    ordering = NEWEST_FIRST
    list_per_page = 20
    list_display = ["created_at", "about", "kind", "amount", "status_label", "error", "sent_at"]
    list_filter = ["status", "kind"]
    list_select_related = ["order", "gift_card_movement__card"]
    search_fields = ["=order__number", "=external_id"]
    inlines = [ReceiptLineInline]
    exclude = ["status", "printed"]
    readonly_fields = ["status_label", "fiscal_numbers", "at_the_operator"]
    actions_detail = ["send_again", "correct"]
    actions = ["send_again"]

    @confirmed_action(
        permission="payments.resend_receipt",
        title=_("Send again"),
        text=_("The receipt is sent with the same number, so it won’t be registered twice."),
        form=OrderAmountForm,
        when=lambda receipt: receipt.status == Receipt.Status.FAILED,
        icon="receipt_long",
        done=ngettext_lazy("%(count)d receipt will be sent again.", "%(count)d receipts will be sent again.", "count"),
    )
    def send_again(self, receipt: Receipt, *, at: datetime, actor: User) -> str:
        send_receipt_again(receipt, at=at)
        return gettext("The receipt for order %(order)s will be sent within a minute.") % {"order": receipt.about}

    @confirmed_action(
        permission="payments.resend_receipt",
        title=_("Print as a correction"),
        text=_("For what was not printed in time. Make sure in the service’s account first that it never was."),
        form=CorrectionForm,
        when=lambda receipt: receipt.status == Receipt.Status.FAILED,
        icon="edit_note",
    )
    def correct(self, receipt: Receipt, *, ordered_by: str, at: datetime, actor: User) -> str:
        correct_receipt(receipt, ordered_by=ordered_by, at=at)
        return gettext("The correction receipt for order %(order)s will be sent within a minute.") % {
            "order": receipt.about
        }

    @admin.display(description=_("order"), ordering="order")
    def about(self, receipt: Receipt) -> str:
        return receipt.about

    @admin.display(description=_("fiscal numbers"))
    def fiscal_numbers(self, receipt: Receipt) -> str:
        """Of the drive, the document and its attribute: by these the tax office finds the receipt."""
        names = "fn_number", "fiscal_document_number", "fiscal_document_attribute"
        return " / ".join(str(receipt.printed[name]) for name in names if name in receipt.printed) or "–"

    @admin.display(description=_("receipt at the operator"))
    def at_the_operator(self, receipt: Receipt) -> str:
        address = receipt.url
        return format_html('<a href="{0}" rel="noreferrer">{0}</a>', address) if address else "–"


@admin.register(ReceiptLine)
class ReceiptLineAdmin(ReadOnlyAdmin):
    cinema_path = "receipt__cinema"
    ordering = NEWEST_FIRST
    list_display = ["receipt", "name", "quantity", "price", "vat"]
    list_select_related = ["receipt"]
