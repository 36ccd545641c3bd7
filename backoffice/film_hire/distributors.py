"""Page of distributors, with the addresses to which their statements are sent."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.scope import cinemas_of
from backoffice.framework.admin import NoDeleteAdmin
from backoffice.framework.labelled_inline import LabelledInline
from film_hire.models import StatementAddress
from screenings.models import Distributor


class AddressInline(LabelledInline):
    """Whoever enters contracts and works for all cinemas changes the addresses. Others see those of their cinemas."""

    model = StatementAddress
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatementAddress]:
        rows, own = super().get_queryset(request), cinemas_of(request)
        return rows if own is None else rows.filter(Q(cinema__in=own) | Q(cinema__isnull=True))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("film_hire.view_contract"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("film_hire.change_contract")) and cinemas_of(request) is None

    has_add_permission = has_delete_permission = has_change_permission


@admin.register(Distributor)
class DistributorAdmin(NoDeleteAdmin):
    cinema_path = None
    kept_by_cinemas = True
    history_parts = {"addresses": "email"}
    list_display = ["name", "tax_number"]
    search_fields = ["name", "tax_number"]
    inlines = [AddressInline]

    def get_history_parts(self, request: HttpRequest) -> dict[str, str]:
        is_allowed = request.user.has_perm("film_hire.view_contract") and cinemas_of(request) is None
        return super().get_history_parts(request) if is_allowed else {}
