"""Page of films."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from backoffice.framework.admin import NoDeleteAdmin
from backoffice.framework.import_export.pages import ImportExportMixin
from backoffice.screenings.resources import FilmResource
from screenings.models import Film


@admin.register(Film)
class FilmAdmin(ImportExportMixin, NoDeleteAdmin):
    resource_class = FilmResource
    cinema_path = None
    kept_by_cinemas = True
    list_display = ["title", "year", "duration_minutes", "age_rating"]
    list_filter = ["age_rating", "genres"]
    search_fields = ["title", "=external_id"]
    autocomplete_fields = ["genres"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"age_rating": "", **super().get_changeform_initial_data(request)}
