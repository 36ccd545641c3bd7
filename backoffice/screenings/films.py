"""Page of films."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.scope import cinemas_of
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

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is agreed with the distributor limits the prices of all cinemas."""
        fields = [*super().get_readonly_fields(request, obj)]
        return fields if cinemas_of(request) is None else [*fields, "minimum_price"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"age_rating": "", **super().get_changeform_initial_data(request)}
