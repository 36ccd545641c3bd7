"""Page of stock movements, and the list of them on an item's page."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin, ReadOnlyInline
from concessions.models import StockMovement


class StockMovementInline(ReadOnlyInline):
    model = StockMovement
    fields = ["at", "quantity", "kind", "actor", "reason"]
    ordering = ["-at", "-pk"]
    per_page = 12  # a popular item has a hundred thousand movements
    verbose_name_plural = _("stock movements")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockMovement]:
        return super().get_queryset(request).select_related("actor")


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    ordering = NEWEST_FIRST
    cinema_path = "concession_item__cinema"
    list_display = ["at", "concession_item", "at_cinema", "quantity", "kind", "actor", "reason"]
    list_filter = ["kind"]
    list_select_related = ["concession_item", "actor"]
