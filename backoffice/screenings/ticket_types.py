"""Page of ticket types, such as adult and child."""

from django.contrib import admin

from backoffice.framework.admin import NoDeleteAdmin
from screenings.models import (
    TicketType,
)


@admin.register(TicketType)
class TicketTypeAdmin(NoDeleteAdmin):
    cinema_path = None
    list_display = ["name", "price_percent", "is_active"]
