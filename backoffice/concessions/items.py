"""Page of bar items and their stock."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.files.storage import storages
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldBooleanSwitchWidget

from backoffice.concessions.resources import ConcessionItemResource
from backoffice.concessions.stock_actions import STOCK_ACTIONS, STOCK_NOTE, StockActionsMixin
from backoffice.concessions.stock_movements import StockMovementInline, may_see_costs
from backoffice.framework.admin import NoDeleteAdmin
from backoffice.framework.badges import status_badge
from backoffice.framework.import_export.pages import ImportExportMixin
from backoffice.framework.labelled_inline import LabelledInline
from backoffice.framework.translated import TranslatedAdminMixin, texts_form
from concessions.models import ConcessionItem, ItemPart
from concessions.services.pictures import MOST_BYTES, ItemPicture, prepared, set_picture

COSTS_OF_ITEM = ["average_cost", "stock_value"]
OF_STOCK = {"max_stock_quantity", "low_stock_percent", "stock_quantity", "stock_level", "low_since", "low_alerted_at"}
OF_STOCK |= {"expected_today", "expected_week", "expected_at", *COSTS_OF_ITEM}

UPLOAD = {"picture_file", "remove_picture"}


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


class ItemForm(texts_form(ConcessionItem)):  # type: ignore[misc]
    picture_file = forms.FileField(
        label=capfirst(_("picture")),
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif"}),
        help_text=_("JPEG, PNG, WebP or AVIF, up to 1 MB. The shop shows the square in its middle."),
    )
    remove_picture = forms.BooleanField(
        label=capfirst(_("remove the picture")), required=False, widget=UnfoldBooleanSwitchWidget()
    )

    def clean_picture_file(self) -> ItemPicture | None:
        file = self.cleaned_data.get("picture_file")
        return prepared(file.read(MOST_BYTES + 1)) if file else None


@admin.register(ConcessionItem)
class ConcessionItemAdmin(TranslatedAdminMixin, StockActionsMixin, ImportExportMixin, NoDeleteAdmin):
    """The stock cannot be edited: it changes by the stock actions and by sales."""

    form = ItemForm
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
        "picture_now",
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
        """A portion and a combo have no stock of their own. A picture is uploaded by those who may change the item."""
        unwanted = OF_STOCK if obj and not obj.is_stocked else set()
        may_change = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        unwanted = unwanted if may_change else unwanted | UPLOAD
        return [each for each in super().get_fields(request, obj) if each not in unwanted]

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [ItemPartInline, StockMovementInline] if obj and not obj.is_stocked else [StockMovementInline]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if picture := form.cleaned_data.get("picture_file"):
            set_picture(form.instance, picture)
        elif form.cleaned_data.get("remove_picture"):
            set_picture(form.instance, None)

    @admin.display(description=_("picture now"))
    def picture_now(self, item: ConcessionItem) -> str:
        if not item.picture:
            return "–"
        return format_html('<img src="{}" alt="" width="96">', storages["pictures"].url(item.picture_name("jpg")))
