"""Page of bar items and their stock."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.concessions.resources import ConcessionItemResource
from backoffice.concessions.stock_actions import STOCK_ACTIONS, STOCK_NOTE, StockActionsMixin
from backoffice.concessions.stock_movements import StockMovementInline, may_see_costs
from backoffice.framework.admin import NoDeleteAdmin
from backoffice.framework.badges import status_badge
from backoffice.framework.import_export.pages import ImportExportMixin
from backoffice.framework.translated import TranslatedAdminMixin, texts_form
from concessions.models import ConcessionItem

COSTS_OF_ITEM = ["average_cost", "stock_value"]


@admin.register(ConcessionItem)
class ConcessionItemAdmin(TranslatedAdminMixin, StockActionsMixin, ImportExportMixin, NoDeleteAdmin):
    """The stock cannot be edited: it changes by the stock actions and by sales."""

    form = texts_form(ConcessionItem)
    resource_class = ConcessionItemResource
    history_note = STOCK_NOTE
    cinema_path = "cinema"
    list_per_page = 20
    list_display = [
        "name",
        "cinema",
        "price",
        "stock_quantity",
        "max_stock_quantity",
        "expected_today",
        "stock_level",
        "on_sale",
    ]
    list_filter = ["cinema", "is_low", "is_active"]
    list_select_related = ["cinema"]
    search_fields = ["name"]
    readonly_fields = [
        *("stock_quantity", "stock_level", "low_since", "low_alerted_at"),
        *("expected_today", "expected_week", "expected_at"),
    ]
    actions_detail = STOCK_ACTIONS
    actions = ["order_goods", "take_off", "put_back"]
    inlines = [StockMovementInline]

    @admin.display(description=_("stock level"), ordering="-is_low")
    def stock_level(self, item: ConcessionItem) -> str:
        return status_badge(gettext("Low"), "danger") if item.is_low else status_badge(gettext("Enough"), "success")

    @admin.display(description=_("on sale"), ordering="is_active")
    def on_sale(self, item: ConcessionItem) -> str:
        return status_badge(gettext("On sale"), "success") if item.is_active else status_badge(gettext("Off sale"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        costs = COSTS_OF_ITEM if obj and may_see_costs(request) else []
        return [*self.readonly_fields, *costs, "cinema"] if obj else self.readonly_fields
