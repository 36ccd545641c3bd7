"""Pages of the admin on which nothing is typed over: what services and jobs write, people only read."""

from typing import Any

from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline


class ReadOnly:
    """May be looked at by who may view the model; nobody adds, changes or deletes, superusers included."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RecordAdmin(ReadOnly, ModelAdmin):
    list_per_page = 50
    show_full_result_count = False  # to count a million rows costs a scan a page


class RecordInline(ReadOnly, TabularInline):
    extra = 0
    show_change_link = True


class KeptAdmin(ModelAdmin):
    """May be changed by who may, and never deleted: money and history hang on it."""

    list_per_page = 50

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
