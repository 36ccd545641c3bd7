"""Page of bar items that are low in stock."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from backoffice.concessions.stock_actions import STOCK_ACTIONS, STOCK_NOTE, StockActionsMixin
from backoffice.concessions.stock_movements import StockMovementInline
from backoffice.framework.admin import ReadOnlyAdmin
from backoffice.framework.badges import status_badge
from cinema import clock
from cinema.local_time import format_local
from concessions.models import FILLED, SALES_DAYS, LowStockItem


@admin.register(LowStockItem)
class LowStockItemAdmin(StockActionsMixin, ReadOnlyAdmin):
    """Items below their low-stock limit: how much is left, how fast it sells, and what is on order."""

    history_note = STOCK_NOTE
    cinema_path = "cinema"
    list_per_page = 20
    ordering = [FILLED.asc(), "pk"]  # the emptiest first, relative to the maximum
    list_display = ["name", "cinema", "in_stock", "sold_per_day", "expected_week", "lasts_for", "on_order"]
    list_filter = ["cinema"]
    list_select_related = ["cinema"]
    search_fields = ["name"]
    fields = [
        ("name", "cinema"),
        ("in_stock", "on_order"),
        ("sold_per_day", "lasts_for"),
        ("expected_today", "expected_week"),
        ("price", "low_since_local"),
    ]
    actions_detail = STOCK_ACTIONS
    actions = ["order_goods", "take_off"]
    inlines = [StockMovementInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.running_out().with_sales(clock.now()).with_orders()

    @admin.display(description=_("in stock"))
    def in_stock(self, item: Any) -> str:
        text = gettext("%(stock)d of %(most)d (low below %(threshold)d)")
        return text % {"stock": item.stock_quantity, "most": item.max_stock_quantity, "threshold": item.threshold}

    @admin.display(description=_("sold per day"), ordering="sold_lately")
    def sold_per_day(self, item: Any) -> str:
        return localize(round(item.sold_lately / SALES_DAYS, 1))

    @admin.display(description=_("lasts for"))
    def lasts_for(self, item: Any) -> str:
        if not item.sold_lately:
            text = ngettext("no sales for %(days)d day", "no sales for %(days)d days", SALES_DAYS)
            return text % {"days": SALES_DAYS}
        days = item.stock_quantity * SALES_DAYS // item.sold_lately
        return ngettext("%(days)d day", "%(days)d days", days) % {"days": days} if days else gettext("less than a day")

    @admin.display(description=_("on order from supplier"))
    def on_order(self, item: Any) -> str:
        if item.to_order is None:
            return status_badge(gettext("Nothing to order"))
        if item.ordered_at is None:
            return status_badge(gettext("Not ordered · %(quantity)d needed") % {"quantity": item.to_order}, "warning")
        ordered_on = format_local(item.ordered_at, item.cinema.zone, named=False)
        return status_badge(
            gettext("%(quantity)d ordered on %(since)s") % {"quantity": item.to_order, "since": ordered_on}, "info"
        )

    @admin.display(description=_("low since"))
    def low_since_local(self, item: Any) -> str:
        return format_local(item.low_since, item.cinema.zone)
