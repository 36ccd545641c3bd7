"""Page of promo codes."""

from django.contrib import admin

from backoffice.framework.admin import NoDeleteAdmin
from orders.models import Promocode


@admin.register(Promocode)
class PromocodeAdmin(NoDeleteAdmin):
    cinema_path = None
    list_display = ["code", "discount_percent", "discount_amount", "used_count", "max_uses", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["code"]
    readonly_fields = ["used_count"]
