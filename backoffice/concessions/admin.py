from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.accounts.approvals import ApprovalsMixin
from backoffice.concessions.forms import CountForm, OrderForm, ReceiveForm, WriteOffForm
from backoffice.concessions.resources import ItemResource
from backoffice.framework.actions import confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, NoDeleteAdmin, ReadOnlyAdmin, ReadOnlyInline
from backoffice.framework.badges import status_badge
from backoffice.framework.import_export.pages import ImportExportMixin
from backoffice.framework.scoped_choices import visible_rows
from cinema import clock
from cinema.local_time import format_local
from concessions.approvals import WriteOffApproval
from concessions.models import FILLED, SALES_DAYS, ConcessionItem, LowStockItem, ReorderSuggestion, StockMovement
from concessions.services import count, order_up, put_on_sale, receive, take_off_sale, write_off


class StockActions(ApprovalsMixin):
    """What staff do with an item, on its own page and on the page of those that are running out."""

    @confirmed_action(
        permission="concessions.receive_goods",
        title=_("Receive goods"),
        text=_("The goods are added to the stock; what was on order is settled."),
        form=ReceiveForm,
        icon="local_shipping",
    )
    def receive_goods(self, item: ConcessionItem, *, quantity: int, seen: int, at: datetime, actor: User) -> str:
        receive(item, quantity=quantity, seen=seen, at=at, actor=actor)
        told = gettext("%(item)s: %(quantity)d came in, %(stock)d in stock now.")
        return told % {"item": item, "quantity": quantity, "stock": item.stock_quantity}

    @confirmed_action(
        permission="concessions.count_stock",
        title=_("Count the stock"),
        text=_("The stock is put right by what really lies there. A larger difference needs a reason."),
        form=CountForm,
        icon="fact_check",
    )
    def count_stock(
        self, item: ConcessionItem, *, on_shelf: int, reason: str, seen: int, at: datetime, actor: User
    ) -> str:
        found = count(item, on_shelf=on_shelf, reason=reason, seen=seen, at=at, actor=actor)
        if found is None:
            return gettext("%(item)s: counted, nothing is missing.") % {"item": item}
        told = gettext("%(item)s: the stock was put right by %(difference)+d, %(stock)d now.")
        return told % {"item": item, "difference": found.quantity, "stock": item.stock_quantity}

    @confirmed_action(
        permission="concessions.write_off_goods",
        title=_("Write goods off"),
        text=_("The goods leave the stock for good."),
        form=WriteOffForm,
        icon="delete",
        danger=True,
    )
    def write_off_goods(
        self, item: ConcessionItem, *, quantity: int, reason: str, seen: int, at: datetime, actor: User
    ) -> str:
        done = write_off(item, quantity=quantity, reason=reason, seen=seen, at=at, actor=actor)
        return WriteOffApproval.message(item, done)

    @confirmed_action(
        permission="concessions.order_goods",
        title=_("Order up to the maximum"),
        text=_("What fills the shelf is noted as ordered, so that nobody orders it twice."),
        form=OrderForm,
        when=lambda item: item.missing > 0,
        icon="shopping_cart",
    )
    def order_goods(self, item: ConcessionItem, *, at: datetime, actor: User) -> str:
        order = order_up(item, at=at, actor=actor)
        return gettext("%(item)s: %(quantity)d on order.") % {"item": item, "quantity": order.quantity}

    @confirmed_action(
        permission="concessions.take_off_sale",
        title=_("Take off sale"),
        text=_("Nobody can order it any more. What is ordered already stays ordered."),
        when=lambda item: item.is_active,
        icon="block",
    )
    def take_off(self, item: ConcessionItem, *, at: datetime, actor: User) -> str:
        take_off_sale(item)
        return gettext("%(item)s is off sale.") % {"item": item}

    @confirmed_action(
        permission="concessions.take_off_sale",
        title=_("Put on sale"),
        text=_("Customers can order it again."),
        when=lambda item: not item.is_active,
        icon="storefront",
    )
    def put_back(self, item: ConcessionItem, *, at: datetime, actor: User) -> str:
        put_on_sale(item)
        return gettext("%(item)s is on sale again.") % {"item": item}


class MovementInline(ReadOnlyInline):
    model = StockMovement
    fields = ["at", "quantity", "kind", "actor", "reason"]
    ordering = ["-at", "-pk"]
    per_page = 12  # a popular item has moved a hundred thousand times
    verbose_name_plural = _("what moved the stock")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockMovement]:
        return super().get_queryset(request).select_related("actor")


STOCK_NOTE = _("The stock is not told here: each of its movements stands on the item's own page, with who and why.")
DOING = ["receive_goods", "count_stock", "write_off_goods", "order_goods", "take_off", "put_back"]


@admin.register(ConcessionItem)
class ConcessionItemAdmin(StockActions, ImportExportMixin, NoDeleteAdmin):
    """The stock moves by receiving, counting and selling; it is not typed over."""

    history_note = STOCK_NOTE
    cinema_path = "cinema"
    list_per_page = 20
    list_display = ["name", "cinema", "price", "stock_quantity", "max_stock_quantity", "enough", "on_sale"]
    list_filter = ["cinema", "is_low", "is_active"]
    list_select_related = ["cinema"]
    search_fields = ["name"]
    readonly_fields = ["stock_quantity", "enough", "low_since", "low_alerted_at"]
    actions_detail = DOING
    actions = ["order_goods", "take_off", "put_back"]
    inlines = [MovementInline]

    @admin.display(description=_("enough"), ordering="-is_low")
    def enough(self, item: ConcessionItem) -> str:
        return (
            status_badge(gettext("Running out"), "danger")
            if item.is_low
            else status_badge(gettext("Enough"), "success")
        )

    @admin.display(description=_("on sale"), ordering="is_active")
    def on_sale(self, item: ConcessionItem) -> str:
        return status_badge(gettext("On sale"), "success") if item.is_active else status_badge(gettext("Off sale"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*self.readonly_fields, "cinema"] if obj else self.readonly_fields

    def resource_for(self, request: HttpRequest) -> ItemResource:
        rows = self.get_queryset(request).select_related("cinema")
        cinemas = visible_rows(self.admin_site, ConcessionItem._meta.get_field("cinema").related_model, request)
        assert cinemas is not None
        return ItemResource(rows=rows, cinemas=cinemas, person=request.user, at=clock.now())


@admin.register(LowStockItem)
class LowStockItemAdmin(StockActions, ReadOnlyAdmin):
    """What is running out: how far, how fast it sells, what is on order."""

    history_note = STOCK_NOTE
    cinema_path = "cinema"
    list_per_page = 20
    ordering = [FILLED.asc(), "pk"]  # the emptiest shelf first
    list_display = ["name", "cinema", "left", "speed", "lasts", "on_order"]
    list_filter = ["cinema"]
    list_select_related = ["cinema"]
    search_fields = ["name"]
    fields = [("name", "cinema"), ("left", "on_order"), ("speed", "lasts"), ("price", "since")]
    actions_detail = DOING
    actions = ["order_goods", "take_off"]
    inlines = [MovementInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.running_out().with_sales(clock.now()).with_orders()

    @admin.display(description=_("in stock"))
    def left(self, item: Any) -> str:
        said = gettext("%(stock)d of %(most)d, low under %(threshold)d")
        return said % {"stock": item.stock_quantity, "most": item.max_stock_quantity, "threshold": item.threshold}

    @admin.display(description=_("sells a day"), ordering="sold_lately")
    def speed(self, item: Any) -> str:
        return localize(round(item.sold_lately / SALES_DAYS, 1))

    @admin.display(description=_("lasts"))
    def lasts(self, item: Any) -> str:
        if not item.sold_lately:
            return gettext("not sold for %(days)d days") % {"days": SALES_DAYS}
        days = item.stock_quantity * SALES_DAYS // item.sold_lately
        return gettext("%(days)d d") % {"days": days} if days else gettext("less than a day")

    @admin.display(description=_("on order"))
    def on_order(self, item: Any) -> str:
        if item.to_order is None:
            return status_badge(gettext("Nothing"))
        if item.ordered_at is None:
            return status_badge(gettext("Not yet, %(quantity)d suggested") % {"quantity": item.to_order}, "warning")
        since = format_local(item.ordered_at, item.cinema.zone, named=False)
        return status_badge(
            gettext("%(quantity)d since %(since)s") % {"quantity": item.to_order, "since": since}, "info"
        )

    @admin.display(description=_("low since"))
    def since(self, item: Any) -> str:
        return format_local(item.low_since, item.cinema.zone)


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    ordering = NEWEST_FIRST
    cinema_path = "concession_item__cinema"
    list_display = ["at", "concession_item", "at_cinema", "quantity", "kind", "actor", "reason"]
    list_filter = ["kind"]
    list_select_related = ["concession_item", "actor"]


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
