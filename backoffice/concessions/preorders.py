"""Page of snack pre-orders: mark as ready and hand over."""

from datetime import datetime

from django.contrib import admin
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.framework.badges import StatusBadgeMixin
from backoffice.framework.counted_filter import CountedFilter
from backoffice.orders.code_lookup import CodeLookupMixin
from backoffice.orders.columns import PREORDER_COLOURS
from cinema.local_time import format_local
from concessions.models import ConcessionPreorder
from orders.services import (
    collect,
    make_ready,
)


@admin.register(ConcessionPreorder)
class ConcessionPreorderAdmin(CodeLookupMixin, StatusBadgeMixin, ActionsMixin, ReadOnlyAdmin):
    colours = PREORDER_COLOURS
    ordering = NEWEST_FIRST
    cinema_path = "concession_item__cinema"
    list_per_page = 20
    list_display = ["pickup_code", "concession_item", "at_cinema", "quantity", "status_label", "collect_by", "order"]
    list_filter = ["status", CountedFilter]
    link_lookups = frozenset(
        {"concession_item", *("order__cinema", "order__channel", "order__promocode", "order__promocode__isnull")}
    )
    list_select_related = ["concession_item__cinema", "order"]
    search_fields = ["=pickup_code", "=order__number"]
    exclude = ["status"]
    readonly_fields = ["status_label"]
    actions_detail = ["ready", "hand_over"]
    actions = ["ready", "hand_over"]

    @admin.display(description=_("collect by"), ordering="collection_deadline")
    def collect_by(self, preorder: ConcessionPreorder) -> str:
        return format_local(preorder.collection_deadline, preorder.concession_item.cinema.zone)

    @confirmed_action(
        permission="concessions.make_ready",
        title=_("Mark as ready"),
        text=_("Confirm that the order is ready to be collected at the bar."),
        when=lambda preorder: preorder.status == ConcessionPreorder.Status.PENDING,
        icon="restaurant",
        done=ngettext_lazy("%(count)d pre-order marked as ready.", "%(count)d pre-orders marked as ready.", "count"),
    )
    def ready(self, preorder: ConcessionPreorder, *, at: datetime, actor: User) -> str:
        make_ready(preorder, at=at, actor=actor)
        return gettext("%(snacks)s: ready.") % {"snacks": preorder}

    @confirmed_action(
        permission="concessions.hand_over",
        title=_("Hand over"),
        text=_("Confirm that the customer has collected the order."),
        when=lambda preorder: preorder.status in ConcessionPreorder.OPEN,
        icon="shopping_bag",
        done=ngettext_lazy("%(count)d pre-order handed over.", "%(count)d pre-orders handed over.", "count"),
    )
    def hand_over(self, preorder: ConcessionPreorder, *, at: datetime, actor: User) -> str:
        collect(preorder, at=at, actor=actor)
        return gettext("%(snacks)s: handed over.") % {"snacks": preorder}
