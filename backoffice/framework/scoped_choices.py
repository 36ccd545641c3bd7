"""Filters, form choices and look-ups that offer only the rows that the person's own pages list."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from cinema.ids import is_valid_id


def visible_rows(site: admin.AdminSite, model: type[Model], request: HttpRequest) -> QuerySet[Any] | None:
    """The rows of a model that the person's page of it would list; None when the model has no such page."""
    page = site._registry.get(model)
    return page.get_queryset(request) if page is not None and hasattr(page, "cinema_path") else None


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """Offers what the person may see. A value typed into the address finds nothing more, since the list is theirs."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        rows = visible_rows(model_admin.admin_site, field.related_model, request)
        if rows is None:
            return super().field_choices(field, request, model_admin)
        page = model_admin.admin_site.get_model_admin(field.related_model)
        if page.list_select_related:  # what the names of the rows are made of
            rows = rows.select_related(*page.list_select_related)
        return [(row.pk, str(row)) for row in rows]


class PkMultipleWidget(AutocompleteSelectMultiple):
    """Shows again what was chosen, and nothing that no row is called; Django would fail on that."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        chosen = super().value_from_datadict(data, files, name)
        return ["0" if each.isdecimal() and not is_valid_id(each) else each for each in chosen]  # as little a row's key

    def optgroups(self, name: str, value: Any, attrs: dict[str, Any] | None = None) -> Any:
        return super().optgroups(name, [each for each in value if is_valid_id(str(each))], attrs)


class ScopedChoicesMixin:
    """Choices of related rows in forms are those that the person's page of them would list."""

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs.setdefault("widget", PkMultipleWidget(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> QuerySet[Any] | None:
        rows = visible_rows(self.admin_site, db_field.remote_field.model, request)  # type: ignore[attr-defined]
        return super().get_field_queryset(db, db_field, request) if rows is None else rows  # type: ignore[misc]
