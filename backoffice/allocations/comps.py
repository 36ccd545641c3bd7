"""Pages of complimentary tickets: the reasons, and the orders that have some."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from allocations.models import Comp, CompReason
from backoffice.framework.admin import NEWEST_FIRST, NoDeleteAdmin, ReadOnlyAdmin
from cinema.local_time import format_local

GIVEN = Q(order__tickets__price=0)


@admin.register(CompReason)
class CompReasonAdmin(NoDeleteAdmin):
    cinema_path = None
    list_display = ["name", "is_active"]


@admin.register(Comp)
class CompAdmin(ReadOnlyAdmin):
    cinema_path = "order__cinema"
    ordering = NEWEST_FIRST
    list_display = ["order", "reason", "number", "value", "at_local", "actor"]
    list_filter = ["reason", "order__cinema"]
    list_select_related = ["order__cinema", "reason", "actor"]
    search_fields = ["order__number"]
    fields = [("order", "reason"), ("number", "value"), ("at_local", "actor")]
    readonly_fields = ["number", "at_local"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(number_given=Count("order__tickets", filter=GIVEN))

    @admin.display(description=_("tickets"))
    def number(self, comp: Any) -> int:
        return int(comp.number_given)

    @admin.display(description=_("time"), ordering="at")
    def at_local(self, comp: Comp) -> str:
        return format_local(comp.at, comp.order.cinema.zone)
