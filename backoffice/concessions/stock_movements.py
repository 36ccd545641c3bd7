"""Page of stock movements, and the list of them on an item's page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.framework.counted_filter import CountedFilter
from backoffice.framework.read_only import ReadOnlyInline
from concessions.models import StockMovement

COSTS = ["unit_cost", "value", "cost_assumed"]


def may_see_costs(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("concessions.view_costs"))


class StockMovementInline(ReadOnlyInline):
    model = StockMovement
    ordering = ["-at", "-pk"]
    per_page = 12  # a popular item has a hundred thousand movements
    verbose_name_plural = _("stock movements")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockMovement]:
        return super().get_queryset(request).select_related("actor")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["at", "quantity", "kind", *(COSTS if may_see_costs(request) else []), "actor", "reason"]


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    ordering = NEWEST_FIRST
    cinema_path = "concession_item__cinema"
    list_display = ["at", "concession_item", "at_cinema", "quantity", "kind", *COSTS, "actor", "reason"]
    list_filter = ["kind", "cost_assumed", CountedFilter]
    link_lookups = frozenset({"concession_item", "concession_item__cinema"})
    list_per_page = 20
    list_select_related = ["concession_item", "actor"]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        hidden = [] if may_see_costs(request) else COSTS
        columns = super().get_list_display(request)
        return [each for each in columns if getattr(each, "__name__", each) not in hidden]

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if may_see_costs(request) else COSTS
