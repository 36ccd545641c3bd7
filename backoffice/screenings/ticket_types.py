"""Page of ticket types, such as adult and child."""

from django.contrib import admin

from backoffice.framework.admin import NoDeleteAdmin
from backoffice.framework.import_export.pages import ImportExportMixin
from backoffice.framework.translated import TranslatedAdminMixin, texts_form
from backoffice.screenings.resources import TicketTypeResource
from screenings.models import TicketType


@admin.register(TicketType)
class TicketTypeAdmin(TranslatedAdminMixin, ImportExportMixin, NoDeleteAdmin):
    form = texts_form(TicketType)
    resource_class = TicketTypeResource
    cinema_path = None
    list_display = ["name", "price_percent", "highest_rating", "sold_to", "is_active"]
