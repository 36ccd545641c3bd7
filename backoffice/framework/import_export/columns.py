"""The columns of a file: their headings in every language, and the texts of their cells."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import Model, prefetch_related_objects
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import ManyToManyWidget, Widget

from backoffice.framework.import_export.files import Table, Unreadable, as_text
from backoffice.framework.import_export.names import name_key
from backoffice.framework.import_export.widgets import in_every_language

PROBLEM = _("What is wrong")  # the column of a file of refused rows; an import passes it over


def problem_keys() -> set[str]:
    return {name_key(each) for each in in_every_language(PROBLEM)}


def column(model: type[Model], name: str, widget: Callable[[Any], Widget], *, readonly: bool = False) -> Field:
    """The column of a field of the model, with a widget that knows the field."""
    return Field(name, name, widget(model._meta.get_field(name)), readonly=readonly)


class Columns(ModelResource):
    """The first column is the row's primary key."""

    columns: ClassVar[dict[str, Any]]  # labels by field name; empty: the verbose name
    ignored_on_import: ClassVar[frozenset[str]] = frozenset()  # columns that are exported only
    name_column: ClassVar[str]  # identifies a refused row in the result
    fields: dict[str, Field]

    # --- Texts

    def label(self, name: str) -> str:
        if name == "id":
            return gettext("Number")
        return str(self.columns[name] or capfirst(self._meta.model._meta.get_field(name).verbose_name))

    def cell_text(self, name: str, row: Any) -> str:
        """The text of this column in an exported CSV file."""
        return as_text(self.export_field(self.fields[name], row))

    # --- Export

    def export(self, queryset: Any = None, **kwargs: Any) -> Any:
        """One query for each column of related rows, and none for each row."""
        many = [each.attribute for each in self.fields.values() if isinstance(each.widget, ManyToManyWidget)]
        if queryset and many:
            prefetch_related_objects(queryset, *many)
        return super().export(queryset, **kwargs)

    def get_export_headers(self, selected_fields: Any = None) -> list[str]:
        return [self.label(name) for name in self.fields]

    def get_export_order(self) -> list[str]:
        return list(self.fields)

    def ignored_columns(self, table: Table) -> list[str]:
        return [self.label(name) for name in self.column_names(table.headers) if name in self.ignored_on_import]

    def headings(self) -> dict[str, str]:
        """The columns by the keys of the headings that name them, in every language; "" for what is passed over."""
        known = {name_key(name): name for name in self.fields}
        known |= dict.fromkeys(problem_keys(), "")
        for name in self.fields:
            label = _("Number") if name == "id" else self.columns[name]
            text = label or self._meta.model._meta.get_field(name).verbose_name
            known |= {name_key(each): name for each in in_every_language(text)}
        return known

    def column_names(self, headers: list[str]) -> list[str]:
        known = self.headings()
        unknown = [header for header in headers if name_key(header) not in known]
        if unknown:
            raise Unreadable(
                ngettext(
                    "Unknown column: %(unknown)s. Possible columns: %(known)s.",
                    "Unknown columns: %(unknown)s. Possible columns: %(known)s.",
                    len(unknown),
                )
                % {
                    "unknown": ", ".join(gettext("“%s”") % each[:40] for each in unknown[:5]),
                    "known": ", ".join(map(self.label, self.fields)),
                }
            )
        names = [known[name_key(header)] for header in headers]
        if duplicate := next((name for name in names if name and names.count(name) > 1), None):
            raise Unreadable(
                gettext("The column “%(name)s” appears twice. Remove one.") % {"name": self.label(duplicate)}
            )
        return names
