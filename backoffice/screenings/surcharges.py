"""Page of seat surcharges: what a type of seat costs on top of the ticket price."""

from django.contrib import admin

from backoffice.framework.admin import CinemaScopedAdmin
from screenings.models import (
    SeatSurcharge,
)


@admin.register(SeatSurcharge)
class SeatSurchargeAdmin(CinemaScopedAdmin):
    cinema_path = "cinema"
    list_display = ["cinema", "kind", "amount"]
    list_filter = ["cinema"]
    list_select_related = ["cinema"]
