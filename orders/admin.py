from django.contrib import admin
from django.db.models import QuerySet

from bonuses.models import BonusTransaction
from cinema.admin import KeptAdmin, RecordAdmin, RecordInline
from concessions.models import ConcessionPreorder
from orders.models import Order, OrderEvent, Promocode, RefundLine, Scan, Ticket
from payments.models import Payment, Refund


class TicketInline(RecordInline):
    model = Ticket
    fields = ["session", "seat", "ticket_type", "price", "discount_share", "bonus_share", "status"]

    def get_queryset(self, request) -> QuerySet[Ticket]:
        return super().get_queryset(request).select_related("session__film", "seat", "ticket_type")


class PreorderInline(RecordInline):
    model = ConcessionPreorder
    fields = ["concession_item", "quantity", "unit_price", "discount_share", "bonus_share", "status", "pickup_code"]

    def get_queryset(self, request) -> QuerySet[ConcessionPreorder]:
        return super().get_queryset(request).select_related("concession_item")


class PaymentInline(RecordInline):
    model = Payment
    fields = ["created_at", "gateway", "amount", "status", "actor"]


class RefundInline(RecordInline):
    model = Refund
    fields = ["requested_at", "amount", "status", "reason", "actor"]


class PointsInline(RecordInline):
    model = BonusTransaction
    fields = ["transaction_date", "transaction_type", "amount", "description"]


class EventInline(RecordInline):
    model = OrderEvent
    fields = ["at", "from_status", "to_status", "actor", "reason"]


@admin.register(Order)
class OrderAdmin(RecordAdmin):
    list_display = ["number", "cinema", "status", "channel", "email", "final_amount", "created_at", "expires_at"]
    list_filter = ["status", "channel", "cinema"]
    list_select_related = ["cinema"]
    search_fields = ["=number", "=email", "=phone"]
    exclude = ["token"]  # who has it may pay and refund: it is the customer's
    inlines = [TicketInline, PreorderInline, PaymentInline, RefundInline, PointsInline, EventInline]


@admin.register(Ticket)
class TicketAdmin(RecordAdmin):
    list_display = ["order", "session", "seat", "ticket_type", "price", "status"]
    list_filter = ["status"]
    list_select_related = ["order", "session__film", "seat", "ticket_type"]
    search_fields = ["=order__number"]


@admin.register(Scan)
class ScanAdmin(RecordAdmin):
    list_display = ["at", "ticket", "undone", "actor"]
    list_select_related = ["ticket__session__film", "ticket__seat", "actor"]


@admin.register(RefundLine)
class RefundLineAdmin(RecordAdmin):
    list_display = ["refund", "ticket", "preorder", "amount"]
    list_select_related = ["refund", "ticket__session__film", "ticket__seat", "preorder__concession_item"]


@admin.register(OrderEvent)
class OrderEventAdmin(RecordAdmin):
    list_display = ["at", "order", "from_status", "to_status", "actor", "reason"]
    list_filter = ["to_status"]
    list_select_related = ["order", "actor"]
    search_fields = ["=order__number"]


@admin.register(Promocode)
class PromocodeAdmin(KeptAdmin):
    list_display = ["code", "discount_percent", "discount_amount", "used_count", "max_uses", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["code"]
    readonly_fields = ["used_count"]
