"""Pages of films, with the certificates of their versions, and of the codes of formats."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from accounts.scope import cinemas_of
from backoffice.framework.admin import CinemaScopedAdmin, NoDeleteAdmin
from backoffice.framework.import_export.pages import ImportExportMixin
from backoffice.screenings.forms import NativeInput
from backoffice.screenings.resources import FilmResource
from screenings.models import Film, FilmCertificate, FormatCode


class FilmCertificateInline(TabularInline):
    """The certificates of a film, for whoever may see and change the film."""

    model = FilmCertificate
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Film | None = None) -> bool:
        return bool(request.user.has_perm("screenings.view_film"))

    def has_change_permission(self, request: HttpRequest, obj: Film | None = None) -> bool:
        return bool(request.user.has_perm("screenings.change_film" if obj else "screenings.add_film"))

    has_add_permission = has_delete_permission = has_change_permission


@admin.register(Film)
class FilmAdmin(ImportExportMixin, NoDeleteAdmin):
    resource_class = FilmResource
    cinema_path = None
    kept_by_cinemas = True
    history_parts = {"certificates": "number"}
    list_display = ["title", "year", "duration_minutes", "age_rating", "distributor"]
    list_filter = ["age_rating", "genres"]
    list_select_related = ["distributor"]
    search_fields = ["title", "original_title", "=external_id", "=certificate_number"]
    autocomplete_fields = ["genres", "distributor"]
    inlines = [FilmCertificateInline]
    formfield_overrides: Any = {
        **NoDeleteAdmin.formfield_overrides,
        models.DateField: {"widget": NativeInput("date", "%Y-%m-%d")},
    }
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("title", "original_title"),
                    ("year", "country"),
                    ("duration_minutes", "age_rating"),
                    "genres",
                    ("distributor", "minimum_price"),
                    ("release_date", "certificate_number"),
                ]
            },
        ),
        (
            _("Numbers in catalogues"),
            {
                "fields": [
                    "external_id",
                    ("imdb_id", "tmdb_id"),
                    ("wikidata_id", "kinopoisk_id"),
                    ("eais_id", "culture_id"),
                ]
            },
        ),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is agreed with the distributor limits the prices of all cinemas."""
        fields = [*super().get_readonly_fields(request, obj)]
        return fields if cinemas_of(request) is None else [*fields, "minimum_price"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"age_rating": "", **super().get_changeform_initial_data(request)}


@admin.register(FormatCode)
class FormatCodeAdmin(CinemaScopedAdmin):
    cinema_path = None
    list_display = ["system", "format", "code"]
    list_filter = ["system"]
