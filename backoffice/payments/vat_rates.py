"""Page of VAT rates."""

from django.contrib import admin
from django.http import HttpRequest

from backoffice.framework.admin import NoDeleteAdmin
from payments.models import VatRate


@admin.register(VatRate)
class VatRateAdmin(NoDeleteAdmin):
    cinema_path = None
    list_display = ["subject", "vat", "valid_from"]
    list_filter = ["subject"]

    def has_change_permission(self, request: HttpRequest, obj: VatRate | None = None) -> bool:
        """A rate that receipts already show cannot be changed."""
        return super().has_change_permission(request, obj) and not (obj and obj.is_printed())
