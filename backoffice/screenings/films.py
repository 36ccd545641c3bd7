"""Pages of films, with the certificates of their versions, and of the codes of formats."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.scope import cinemas_of
from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.framework.admin import CinemaScopedAdmin, NoDeleteAdmin
from backoffice.framework.import_export.pages import ImportExportMixin
from backoffice.framework.labelled_inline import LabelledInline
from backoffice.framework.translated import TranslatedAdminMixin, texts_form
from backoffice.screenings.forms import NativeInput
from backoffice.screenings.pictures import FilmPicturesMixin
from backoffice.screenings.resources import FilmResource
from integrations.models import FilmProposal
from integrations.services.film_lookup import ask_catalogues
from screenings.models import Film, FilmCertificate, FormatCode


class FilmCertificateInline(LabelledInline):
    """The certificates of a film, for whoever may see and change the film."""

    model = FilmCertificate
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Film | None = None) -> bool:
        return bool(request.user.has_perm("screenings.view_film"))

    def has_change_permission(self, request: HttpRequest, obj: Film | None = None) -> bool:
        return bool(request.user.has_perm("screenings.change_film" if obj else "screenings.add_film"))

    has_add_permission = has_delete_permission = has_change_permission


@admin.register(Film)
class FilmAdmin(TranslatedAdminMixin, FilmPicturesMixin, ActionsMixin, ImportExportMixin, NoDeleteAdmin):
    form = texts_form(Film)
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
    readonly_fields = ["proposals", "shown_pictures"]
    actions = ["ask_catalogues"]
    actions_detail = ["ask_catalogues"]
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
            _("On the website"),
            {
                "fields": [
                    "description",
                    ("director", "starring"),
                    ("content_warnings", "trailer_url"),
                    ("featured", "is_announced"),
                    "shown_pictures",
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
                    "proposals",
                ]
            },
        ),
    ]

    @admin.display(description=_("pictures"))
    def shown_pictures(self, film: Film) -> str:
        return self.pictures_of(film)

    @admin.display(description=_("from catalogues"))
    def proposals(self, film: Film) -> str:
        """A link to what catalogues propose. One query."""
        count = film.proposals.filter(status=FilmProposal.Status.OPEN).count() if film.pk else 0
        if not count:
            return gettext("Nothing is proposed now.")
        link = reverse("admin:integrations_filmproposal_changelist")
        text = ngettext("%(count)d proposal", "%(count)d proposals", count) % {"count": count}
        return format_html('<a href="{}?film={}&amp;status__exact=OPEN">{}</a>', link, film.pk, text)

    @confirmed_action(
        permission="integrations.ask_filmlookup",
        title=_("Ask catalogues"),
        text=_("What they know of the film appears on the page “Proposals of catalogues” within a minute or two."),
        icon="sync",
        done=ngettext_lazy(
            "Catalogues are asked about %(count)d film.", "Catalogues are asked about %(count)d films.", "count"
        ),
    )
    def ask_catalogues(self, film: Film, *, at: datetime, actor: User) -> str:
        asked = ask_catalogues(film, at=at, actor=actor)
        return gettext("%(film)s: asked %(catalogues)s.") % {"film": film, "catalogues": ", ".join(asked)}

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
