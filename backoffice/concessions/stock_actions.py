from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.translation import gettext, ngettext, ngettext_lazy
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
        title=_("Receive stock"),
        text=_("The quantity is added to the stock, and the order to the supplier is closed."),
        form=ReceiveForm,
        icon="local_shipping",
    )
    def receive_goods(self, item: ConcessionItem, *, quantity: int, seen: int, at: datetime, actor: User) -> str:
        receive(item, quantity=quantity, seen=seen, at=at, actor=actor)
        told = gettext("%(item)s: %(quantity)d received, %(stock)d now in stock.")
        return told % {"item": item, "quantity": quantity, "stock": item.stock_quantity}

    @confirmed_action(
        permission="concessions.count_stock",
        title=_("Count stock"),
        text=_("The stock is set to the quantity you count. A large difference needs a reason."),
        form=CountForm,
        icon="fact_check",
    )
    def count_stock(
        self, item: ConcessionItem, *, on_shelf: int, reason: str, seen: int, at: datetime, actor: User
    ) -> str:
        found = count(item, on_shelf=on_shelf, reason=reason, seen=seen, at=at, actor=actor)
        if found is None:
            return gettext("%(item)s: counted, the stock is correct.") % {"item": item}
        told = gettext("%(item)s: the stock was adjusted by %(difference)+d, %(stock)d now in stock.")
        return told % {"item": item, "difference": found.quantity, "stock": item.stock_quantity}

    @confirmed_action(
        permission="concessions.write_off_goods",
        title=_("Write off stock"),
        text=_("The quantity is removed from the stock permanently."),
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
        title=_("Mark as reordered"),
        text=_(
            "The missing quantity is marked as ordered from the supplier, so nobody orders it twice. "
            "Place the order with the supplier yourself."
        ),
        form=OrderForm,
        when=lambda item: item.missing > 0,
        icon="shopping_cart",
        done=ngettext_lazy("%(count)d item marked as reordered.", "%(count)d items marked as reordered.", "count"),
    )
    def order_goods(self, item: ConcessionItem, *, at: datetime, actor: User) -> str:
        order = order_up(item, at=at, actor=actor)
        return gettext("%(item)s: %(quantity)d on order.") % {"item": item, "quantity": order.quantity}

    @confirmed_action(
        permission="concessions.take_off_sale",
        title=_("Take off sale"),
        text=_("Customers can no longer order it. Existing orders stay as they are."),
        when=lambda item: item.is_active,
        icon="block",
        done=ngettext_lazy("%(count)d item taken off sale.", "%(count)d items taken off sale.", "count"),
    )
    def take_off(self, item: ConcessionItem, *, at: datetime, actor: User) -> str:
        take_off_sale(item)
        return gettext("%(item)s: taken off sale.") % {"item": item}

    @confirmed_action(
        permission="concessions.take_off_sale",
        title=_("Put on sale"),
        text=_("Customers will be able to order it again."),
        when=lambda item: not item.is_active,
        icon="storefront",
        done=ngettext_lazy("%(count)d item put on sale.", "%(count)d items put on sale.", "count"),
    )
    def put_back(self, item: ConcessionItem, *, at: datetime, actor: User) -> str:
        put_on_sale(item)
        return gettext("%(item)s: on sale again.") % {"item": item}


class MovementInline(ReadOnlyInline):
    model = StockMovement
    fields = ["at", "quantity", "kind", "actor", "reason"]
    ordering = ["-at", "-pk"]
    per_page = 12  # a popular item has moved a hundred thousand times
    verbose_name_plural = _("stock movements")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StockMovement]:
        return super().get_queryset(request).select_related("actor")


STOCK_NOTE = _("Stock changes are not shown here. Each one is listed on the item’s page, with who made it and why.")
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

    @admin.display(description=_("stock level"), ordering="-is_low")
    def enough(self, item: ConcessionItem) -> str:
        return status_badge(gettext("Low"), "danger") if item.is_low else status_badge(gettext("Enough"), "success")

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
        said = gettext("%(stock)d of %(most)d (low below %(threshold)d)")
        return said % {"stock": item.stock_quantity, "most": item.max_stock_quantity, "threshold": item.threshold}

    @admin.display(description=_("sold per day"), ordering="sold_lately")
    def speed(self, item: Any) -> str:
        return localize(round(item.sold_lately / SALES_DAYS, 1))

    @admin.display(description=_("lasts for"))
    def lasts(self, item: Any) -> str:
        if not item.sold_lately:
            told = ngettext("no sales for %(days)d day", "no sales for %(days)d days", SALES_DAYS)
            return told % {"days": SALES_DAYS}
        days = item.stock_quantity * SALES_DAYS // item.sold_lately
        return ngettext("%(days)d day", "%(days)d days", days) % {"days": days} if days else gettext("less than a day")

    @admin.display(description=_("on order from supplier"))
    def on_order(self, item: Any) -> str:
        if item.to_order is None:
            return status_badge(gettext("Nothing to order"))
        if item.ordered_at is None:
            return status_badge(gettext("Not ordered · %(quantity)d needed") % {"quantity": item.to_order}, "warning")
        since = format_local(item.ordered_at, item.cinema.zone, named=False)
        return status_badge(
            gettext("%(quantity)d ordered on %(since)s") % {"quantity": item.to_order, "since": since}, "info"
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
