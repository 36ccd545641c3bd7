"""Page of film genres."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from backoffice.framework.admin import CinemaScopedAdmin
from backoffice.framework.translated import TranslatedAdminMixin, texts_form
from screenings.models import (
    Genre,
)


@admin.register(Genre)
class GenreAdmin(TranslatedAdminMixin, CinemaScopedAdmin):
    form = texts_form(Genre)
    cinema_path = None
    kept_by_cinemas = True
    search_fields = ["name"]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Lists only the genres themselves: the links from films are also deleted, but they mean nothing to staff."""
        _rows, counts, permissions_needed, protected = super().get_deleted_objects(objs, request)
        own = str(self.opts.verbose_name_plural)
        return [str(genre) for genre in objs], {own: counts.get(own, 0)}, permissions_needed, protected
