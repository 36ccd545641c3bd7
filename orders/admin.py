"""The orders' records: what was written once and is only read. Pages on which staff act stand beside their subject."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cinema.admin import KeptAdmin, RecordAdmin, RecordInline
from orders.models import OrderEvent, Promocode, RefundLine, Scan
from orders.programme import admin as _programme  # noqa: F401 (the pages of sessions and halls)
from orders.reasons import in_words
from orders.sales import admin as _sales  # noqa: F401 (the pages of orders, tickets and snacks)
from payments.models import Refund

# What the name of a row is made of, to be read with the page in one query.
TICKET = ["ticket__session__film", "ticket__session__hall__cinema", "ticket__seat"]
REFUNDED = [*TICKET, "preorder__concession_item"]


class ReasonInWords:
    """A page of rows with a reason: a stored code is shown in words."""

    exclude = ["reason"]
    readonly_fields = ["why"]

    @admin.display(description=_("reason"))
    def why(self, row: Refund | OrderEvent) -> str:
        return in_words(row.reason)


class RefundLineInline(RecordInline):
    model = RefundLine
    fields = ["ticket", "preorder", "amount"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RefundLine]:
        return super().get_queryset(request).select_related(*REFUNDED)


@admin.register(Scan)
class ScanAdmin(RecordAdmin):
    cinema_path = "ticket__order__cinema"
    list_display = ["at", "ticket", "undone", "actor"]
    list_select_related = [*TICKET, "actor"]


class WaitsForLines(admin.SimpleListFilter):
    """Refunds from outside that staff have yet to say the tickets or snacks of."""

    title = _("waits for")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("lines", _("what it was for"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Refund]) -> QuerySet[Refund]:
        return queryset.filter(without_lines__gt=0) if self.value() == "lines" else queryset


@admin.register(Refund)  # here, since the orders know the words of its reasons and what it was for
class RefundAdmin(ReasonInWords, RecordAdmin):
    cinema_path = "order__cinema"
    list_display = ["requested_at", "order", "amount", "status", "without_lines", "why", "succeeded_at"]
    list_filter = ["status", WaitsForLines]
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
