"""Page of seats."""

from django.contrib import admin

from backoffice.framework.admin import ReadOnlyAdmin
from screenings.models import (
    Seat,
)


@admin.register(Seat)
class SeatAdmin(ReadOnlyAdmin):
    cinema_path = "hall__cinema"
    ordering = ["hall_id", "row", "number"]  # as their index is: by the names of halls, all would have to be sorted
    list_display = ["hall", "row", "number", "kind"]
    list_filter = ["hall", "kind"]
    list_select_related = ["hall__cinema"]
