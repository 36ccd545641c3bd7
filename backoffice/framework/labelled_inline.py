"""Rows that are edited in a table on the page of the row to which they belong."""

from typing import Any

from django.http import HttpRequest
from unfold.admin import TabularInline


class LabelledInline(TabularInline):
    """Each field is named after its column: for a screen reader, the heading of the column is not its label."""

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        for field in formset.form.base_fields.values():
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs["aria-label"] = field.label
        return formset
