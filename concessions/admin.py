from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from cinema.admin import KeptAdmin, RecordAdmin
from concessions.models import ConcessionItem, ConcessionPreorder, ReorderSuggestion, StockMovement


@admin.register(ConcessionItem)
class ConcessionItemAdmin(KeptAdmin):
    """The stock moves by receiving, counting and selling; it is not typed over."""

    cinema_path = "cinema"
    list_display = ["name", "cinema", "price", "stock_quantity", "max_stock_quantity", "enough", "is_active"]
    list_filter = ["cinema", "is_low", "is_active"]
    list_select_related = ["cinema"]
    search_fields = ["name"]
    readonly_fields = ["stock_quantity", "enough", "low_since", "low_alerted_at"]

    @admin.display(description=_("enough"), boolean=True, ordering="-is_low")
    def enough(self, item: ConcessionItem) -> bool:
        return not item.is_low

    def get_readonly_fields(self, request, obj=None):
        return [*self.readonly_fields, "cinema"] if obj else self.readonly_fields


@admin.register(ConcessionPreorder)
class ConcessionPreorderAdmin(RecordAdmin):
    cinema_path = "concession_item__cinema"
    list_display = ["pickup_code", "concession_item", "quantity", "status", "collection_deadline", "order"]
    list_filter = ["status"]
    list_select_related = ["concession_item", "order"]
    search_fields = ["=pickup_code", "=order__number"]


@admin.register(StockMovement)
class StockMovementAdmin(RecordAdmin):
    cinema_path = "concession_item__cinema"
    list_display = ["at", "concession_item", "quantity", "kind", "actor", "reason"]
    list_filter = ["kind"]
    list_select_related = ["concession_item", "actor"]


@admin.register(ReorderSuggestion)
class ReorderSuggestionAdmin(RecordAdmin):
    cinema_path = "concession_item__cinema"
    list_display = ["concession_item", "quantity", "suggested_at", "settled_at"]
    list_select_related = ["concession_item"]
