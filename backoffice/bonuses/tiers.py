"""Page of the levels of customers: what they ask for, and what they bring."""

from django.contrib import admin

from backoffice.framework.admin import NoDeleteAdmin
from backoffice.framework.translated import TranslatedAdminMixin, texts_form
from bonuses.models import Tier


@admin.register(Tier)
class TierAdmin(TranslatedAdminMixin, NoDeleteAdmin):
    form = texts_form(Tier)
    cinema_path = None
    list_display = ["name", "threshold", "extra_percent", "is_active"]
