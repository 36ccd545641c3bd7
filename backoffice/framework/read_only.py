"""Pages and tables of rows that nobody changes by hand."""

from typing import Any, ClassVar

from django.http import HttpRequest
from unfold.admin import TabularInline

from backoffice.framework.badges import PlainValues


class ReadOnlyMixin:
    """Rows can be viewed with the permission for it; nobody can add, change or delete them, not even superusers."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(ReadOnlyMixin, PlainValues, TabularInline):
    """Rows that belong to the page's row, and so to its cinema. Do not use it for rows of cinemas under a row of the
    chain: they are not filtered."""

    extra = 0
    ordering: ClassVar = ["pk"]
    per_page = 25  # a page stays under 150 KB
    hide_title = True  # the name of a row would repeat its cells
    show_change_link = True

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Limits the number of forms, which the request itself states: up to a thousand would be rendered otherwise."""
        return super().get_formset(request, obj, absolute_max=self.per_page, **kwargs)
