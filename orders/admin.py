from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from bonuses.models import BonusTransaction
from cinema.admin import KeptAdmin, RecordAdmin, RecordInline
from concessions.models import ConcessionPreorder
from orders.models import Order, OrderEvent, Promocode, RefundLine, Scan, Ticket
from orders.programme import admin as _programme  # noqa: F401 (the pages of sessions and halls)
from orders.reasons import in_words
from payments.models import Payment, Refund

# What the name of a row is made of, to be read with the page in one query.
SESSION = ["session__film", "session__hall__cinema"]
TICKET = ["ticket__session__film", "ticket__session__hall__cinema", "ticket__seat"]
REFUNDED = [*TICKET, "preorder__concession_item"]

DATES = [
    "created_at",
    "payment_deadline",
    "expires_at",
    "paid_at",
    "completed_at",
    "cancelled_at",
    "refunded_at",
    "refund_processed_at",
    "bonus_accrued_at",
]
COLOURS = {
    Order.Status.PENDING_PAYMENT: "info",
    Order.Status.PAYMENT_OVERDUE: "danger",
    Order.Status.PAID: "success",
    Order.Status.COMPLETED: None,
    Order.Status.CANCELLED: None,
    Order.Status.REFUNDED: "warning",
}


class ReasonInWords:
    """A page of rows with a reason: a stored code is shown in words."""

    exclude = ["reason"]
    readonly_fields = ["why"]

    @admin.display(description=_("reason"))
    def why(self, row: Refund | OrderEvent) -> str:
        return in_words(row.reason)


class TicketInline(RecordInline):
    model = Ticket
    fields = ["session", "seat", "ticket_type", "price", "discount_share", "bonus_share", "status"]

    def get_queryset(self, request) -> QuerySet[Ticket]:
        return super().get_queryset(request).select_related(*SESSION, "seat", "ticket_type")


class PreorderInline(RecordInline):
    model = ConcessionPreorder
    fields = ["concession_item", "quantity", "unit_price", "discount_share", "bonus_share", "status", "pickup_code"]

    def get_queryset(self, request) -> QuerySet[ConcessionPreorder]:
        return super().get_queryset(request).select_related("concession_item")


class PaymentInline(RecordInline):
    model = Payment
    fields = ["created_at", "gateway", "amount", "status", "actor"]


class RefundInline(ReasonInWords, RecordInline):
    model = Refund
    fields = ["requested_at", "amount", "status", "why", "actor"]


class PointsInline(RecordInline):
    model = BonusTransaction
    fields = ["transaction_date", "transaction_type", "amount", "description"]


class EventInline(ReasonInWords, RecordInline):
    model = OrderEvent
    fields = ["at", "from_status", "to_status", "actor", "why"]


class RefundLineInline(RecordInline):
    model = RefundLine
    fields = ["ticket", "preorder", "amount"]

    def get_queryset(self, request) -> QuerySet[RefundLine]:
        return super().get_queryset(request).select_related(*REFUNDED)


@admin.register(Order)
class OrderAdmin(RecordAdmin):
    cinema_path = "cinema"
    list_display = ["number", "cinema", "standing", "channel", "email", "final_amount", "created_at", "expires_at"]
    list_filter = ["status", "channel", "cinema"]
    list_select_related = ["cinema"]
    search_fields = ["=number", "=email", "=phone"]
    readonly_fields = ["number"]
    fieldsets = [  # without the token: who has it may pay and refund, it is the customer's
        (None, {"fields": ["number", "status", "channel", "cinema"]}),
        (_("Customer"), {"fields": ["user", "email", "phone", "language"]}),
        (_("Money"), {"fields": ["total_amount", "promocode", "discount_amount", "bonus_amount", "final_amount"]}),
        (_("Dates"), {"fields": DATES}),
    ]
    inlines = [TicketInline, PreorderInline, PaymentInline, RefundInline, PointsInline, EventInline]

    @display(description=_("status"), ordering="status", label=COLOURS)
    def standing(self, order: Order) -> tuple[str, str]:
        return order.status, order.get_status_display()


@admin.register(Ticket)
class TicketAdmin(RecordAdmin):
    cinema_path = "order__cinema"
    list_display = ["order", "session", "seat", "ticket_type", "price", "status"]
    list_filter = ["status"]
    list_select_related = ["order", *SESSION, "seat", "ticket_type"]
    search_fields = ["=order__number"]


@admin.register(ConcessionPreorder)  # here, since the orders make snacks ready and hand them over
class ConcessionPreorderAdmin(RecordAdmin):
    cinema_path = "concession_item__cinema"
    list_display = ["pickup_code", "concession_item", "quantity", "status", "collection_deadline", "order"]
    list_filter = ["status"]
    list_select_related = ["concession_item", "order"]
    search_fields = ["=pickup_code", "=order__number"]


@admin.register(Scan)
class ScanAdmin(RecordAdmin):
    cinema_path = "ticket__order__cinema"
    list_display = ["at", "ticket", "undone", "actor"]
    list_select_related = [*TICKET, "actor"]


@admin.register(Refund)  # here, since the orders know the words of its reasons and what it was for
class RefundAdmin(ReasonInWords, RecordAdmin):
    cinema_path = "order__cinema"
    list_display = ["requested_at", "order", "amount", "status", "awaits_lines", "why", "succeeded_at"]
    list_filter = ["status", "awaits_lines"]
    list_select_related = ["order"]
    search_fields = ["=order__number", "=external_id"]
    inlines = [RefundLineInline]


@admin.register(RefundLine)
class RefundLineAdmin(RecordAdmin):
    cinema_path = "refund__order__cinema"
    list_display = ["refund", "ticket", "preorder", "amount"]
    list_select_related = ["refund", *REFUNDED]


@admin.register(OrderEvent)
class OrderEventAdmin(ReasonInWords, RecordAdmin):
    cinema_path = "order__cinema"
    list_display = ["at", "order", "from_status", "to_status", "actor", "why"]
    list_filter = ["to_status"]
    list_select_related = ["order", "actor"]
    search_fields = ["=order__number"]


@admin.register(Promocode)
class PromocodeAdmin(KeptAdmin):
    cinema_path = None
    list_display = ["code", "discount_percent", "discount_amount", "used_count", "max_uses", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["code"]
    readonly_fields = ["used_count"]
