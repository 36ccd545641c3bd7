"""Page of session summaries: tickets and money of each past session."""

from django.contrib import admin

from backoffice.framework.admin import ReadOnlyAdmin
from screenings.models import (
    SessionSummary,
)


@admin.register(SessionSummary)
class SessionSummaryAdmin(ReadOnlyAdmin):
    cinema_path = "session__hall__cinema"
    list_per_page = 20
    list_display = ["session", "at_cinema", "capacity", "sold", "used", "no_show", "refunded", "gross", "net"]
    list_select_related = ["session__film", "session__hall__cinema"]
