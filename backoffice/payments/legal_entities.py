"""Page of legal entities."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backoffice.framework.admin import NoDeleteAdmin
from payments.models import LegalEntity


@admin.register(LegalEntity)
class LegalEntityAdmin(NoDeleteAdmin):
    """Which cinemas belong to one is chosen on the page of the cinema."""

    cinema_path = None
    list_display = ["name", "tax_number", "kpp", "tax_system", "its_cinemas"]
    list_filter = ["tax_system"]
    search_fields = ["name", "tax_number"]
    readonly_fields = ["its_cinemas"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LegalEntity]:
        return super().get_queryset(request).prefetch_related("cinemas")

    @admin.display(description=_("cinemas"))
    def its_cinemas(self, entity: LegalEntity) -> str:
        return ", ".join(sorted(cinema.name for cinema in entity.cinemas.all())) if entity.pk else "–"
