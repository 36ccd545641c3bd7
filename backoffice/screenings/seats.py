"""Page of seats."""

from django.contrib import admin

from backoffice.framework.admin import ReadOnlyAdmin
from screenings.models import (
    Seat,
)


@admin.register(Seat)
class SeatAdmin(ReadOnlyAdmin):
    cinema_path = "hall__cinema"
    list_display = ["hall", "row", "number", "kind"]
    list_filter = ["hall", "kind"]
    list_select_related = ["hall__cinema"]
