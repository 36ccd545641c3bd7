from django.contrib import admin

from cinema.admin import KeptAdmin, RecordAdmin, Scoped
from screenings.models import (
    Cinema,
    Film,
    Genre,
    Hall,
    Seat,
    SeatSurcharge,
    Session,
    SessionSummary,
    TicketType,
)


@admin.register(Cinema)
class CinemaAdmin(KeptAdmin):
    cinema_path = "pk"
    list_display = ["name", "city", "time_zone"]
    search_fields = ["name", "city"]


@admin.register(Hall)
class HallAdmin(KeptAdmin):
    cinema_path = "cinema"
    list_display = ["name", "cinema", "cleaning_minutes"]
    list_filter = ["cinema"]
    list_select_related = ["cinema"]
    search_fields = ["name", "cinema__name"]

    def get_readonly_fields(self, request, obj=None):
        return ["cinema"] if obj else []


@admin.register(Seat)
class SeatAdmin(RecordAdmin):
    cinema_path = "hall__cinema"
    list_display = ["hall", "row", "number", "kind"]
    list_filter = ["hall", "kind"]
    list_select_related = ["hall__cinema"]


@admin.register(SeatSurcharge)
class SeatSurchargeAdmin(Scoped):
    cinema_path = "cinema"
    list_display = ["cinema", "kind", "amount"]
    list_filter = ["cinema"]
    list_select_related = ["cinema"]


@admin.register(TicketType)
class TicketTypeAdmin(KeptAdmin):
    cinema_path = None
    list_display = ["name", "price_percent", "is_active"]


@admin.register(Genre)
class GenreAdmin(Scoped):
    cinema_path = None
    search_fields = ["name"]


@admin.register(Film)
class FilmAdmin(KeptAdmin):
    cinema_path = None
    list_display = ["title", "duration_minutes", "age_rating"]
    list_filter = ["age_rating", "genres"]
    search_fields = ["title"]
    autocomplete_fields = ["genres"]


@admin.register(Session)
class SessionAdmin(RecordAdmin):
    cinema_path = "hall__cinema"
    list_display = ["film", "hall", "start_datetime", "end_datetime", "ticket_price", "status"]
    list_filter = ["status", "hall__cinema", "start_datetime"]
    list_select_related = ["film", "hall__cinema"]
    search_fields = ["film__title"]
    date_hierarchy = "start_datetime"


@admin.register(SessionSummary)
class SessionSummaryAdmin(RecordAdmin):
    cinema_path = "session__hall__cinema"
    list_display = ["session", "capacity", "sold", "used", "no_show", "refunded", "gross", "net"]
    list_select_related = ["session__film", "session__hall__cinema"]
