"""Page of promo codes."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backoffice.framework.admin import NoDeleteAdmin
from orders.models import Promocode


@admin.register(Promocode)
class PromocodeAdmin(NoDeleteAdmin):
    """Codes for everybody. A voucher's code is money to whoever reads it, and belongs to one guest."""

    cinema_path = None
    list_display = ["code", "discount_percent", "discount_amount", "used_count", "max_uses", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["code"]
    readonly_fields = ["used_count"]
    autocomplete_fields = ["film"]
    fieldsets = [
        (None, {"fields": ["code", "discount_percent", "discount_amount", "max_uses", "used_count", "is_active"]}),
        (_("Conditions"), {"fields": [
            *("valid_from", "valid_until", "cinema", "film", "weekdays", "least_total", "tickets_only"),
            "once_per_customer",
        ]}),
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(voucher__isnull=True)
