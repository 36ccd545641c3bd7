"""Page of reorder suggestions: what to order from suppliers."""

from django.contrib import admin

from backoffice.framework.admin import ReadOnlyAdmin
from concessions.models import ReorderSuggestion


@admin.register(ReorderSuggestion)
class ReorderSuggestionAdmin(ReadOnlyAdmin):
    cinema_path = "concession_item__cinema"
    list_display = [
        "concession_item",
        "at_cinema",
        "quantity",
        "suggested_at",
        "ordered_at",
        "ordered_by",
        "settled_at",
    ]
    list_select_related = ["concession_item", "ordered_by"]
