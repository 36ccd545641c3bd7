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
from backoffice.framework.labelled_inline import LabelledInline
from backoffice.framework.translated import TranslatedAdminMixin, texts_form
from concessions.models import ConcessionItem, ItemPart

COSTS_OF_ITEM = ["average_cost", "stock_value"]
OF_STOCK = {"max_stock_quantity", "low_stock_percent", "stock_quantity", "stock_level", "low_since", "low_alerted_at"}
OF_STOCK |= {"expected_today", "expected_week", "expected_at", *COSTS_OF_ITEM}


class ItemPartInline(LabelledInline):
    """What a portion or a combo is made of. Whoever may change the item changes it; what was sold keeps its own."""

    model = ItemPart
    fk_name = "whole"
    fields = ["part", "units"]
    extra = 1
    hide_title = True  # the name of a row would repeat its cells
    verbose_name = _("part")
    verbose_name_plural = _("made of")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        fields = formset.form.base_fields
        if obj is not None and "part" in fields:
            kinds = ItemPart.ALLOWED.get(obj.kind, set())
            fields["part"].queryset = ConcessionItem.objects.filter(cinema=obj.cinema_id, kind__in=kinds)
        return formset

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("concessions.view_concessionitem"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("concessions.change_concessionitem"))

    has_add_permission = has_delete_permission = has_change_permission


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
    list_filter = ["cinema", "kind", "is_low", "is_active"]
    list_select_related = ["cinema"]
    search_fields = ["name"]
    readonly_fields = [
        *("stock_quantity", "stock_level", "low_since", "low_alerted_at"),
        *("expected_today", "expected_week", "expected_at"),
    ]
    actions_detail = STOCK_ACTIONS
    actions = ["order_goods", "take_off", "put_back"]

    @admin.display(description=_("stock level"), ordering="-is_low")
    def stock_level(self, item: ConcessionItem) -> str:
        return status_badge(gettext("Low"), "danger") if item.is_low else status_badge(gettext("Enough"), "success")

    @admin.display(description=_("on sale"), ordering="is_active")
    def on_sale(self, item: ConcessionItem) -> str:
        if item.is_active and not item.is_sold:
            return status_badge(gettext("In use"), "success")
        return status_badge(gettext("On sale"), "success") if item.is_active else status_badge(gettext("Off sale"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        costs = COSTS_OF_ITEM if obj and may_see_costs(request) else []
        return [*self.readonly_fields, *costs, "cinema", "kind", "unit"] if obj else self.readonly_fields

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """A portion and a combo have no stock of their own."""
        fields = super().get_fields(request, obj)
        return [each for each in fields if each not in OF_STOCK] if obj and not obj.is_stocked else fields

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [ItemPartInline, StockMovementInline] if obj and not obj.is_stocked else [StockMovementInline]
