"""Page of the rates of authors' societies."""

from django.contrib import admin

from backoffice.framework.admin import NoDeleteAdmin
from reports.models import SocietyRate


@admin.register(SocietyRate)
class SocietyRateAdmin(NoDeleteAdmin):
    """Rates are of the whole chain, as VAT rates are."""

    cinema_path = None
    list_display = ["society", "percent", "base", "legal_entity", "cinema", "valid_from"]
    list_filter = ["legal_entity", "cinema"]
    list_select_related = ["legal_entity", "cinema"]
    search_fields = ["society"]
