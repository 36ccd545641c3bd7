"""Filters, form choices and autocomplete that offer only the rows that the user's own pages list."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from cinema.ids import is_valid_id

MOST_LISTED = 30  # choices of a filter; where there are more, one types a part of the name


def visible_rows(site: admin.AdminSite, model: type[Model], request: HttpRequest) -> QuerySet[Any] | None:
    """The rows of a model that its page lists for the user; None if the model has no `CinemaScopedAdmin`."""
    page = site._registry.get(model)
    return page.get_queryset(request) if page is not None and hasattr(page, "cinema_path") else None


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """Offers the rows that the user may see. Another value in the URL shows no more, since the list is scoped too.

    More than `MOST_LISTED` rows are not listed but searched, by the page of their model. Users who may not view that
    page have no such filter then.
    """

    searches = False

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        rows = visible_rows(model_admin.admin_site, field.related_model, request)
        if rows is None:
            return super().field_choices(field, request, model_admin)
        page = model_admin.admin_site.get_model_admin(field.related_model)
        if page.list_select_related:  # related rows that `str(row)` needs
            rows = rows.select_related(*page.list_select_related)
        found = [(row.pk, str(row)) for row in rows[: MOST_LISTED + 1]]
        if len(found) <= MOST_LISTED:
            return found
        self.searches = page.has_view_permission(request)
        if self.searches:
            self.template = "backoffice/framework/filter_by_search.html"
            self.form = self._search_form(field, rows, model_admin.admin_site)
        return []

    def has_output(self) -> bool:
        return self.searches or super().has_output()

    def choices(self, changelist: Any) -> Any:
        if not self.searches:
            yield from super().choices(changelist)
            return
        others = {name: value for name, value in changelist.params.items() if name != "p"}
        for name in self.expected_parameters():
            others.pop(name, None)
        yield {
            "form": self.form,
            "others": [(name, each) for name, value in others.items() for each in _as_list(value)],
            "clear": changelist.get_query_string(remove=self.expected_parameters()) if self.form.data else "",
        }

    def _search_form(self, field: Any, rows: QuerySet[Any], site: Any) -> forms.Form:
        chosen = [each for each in self.lookup_val or () if is_valid_id(str(each))]
        choice = forms.ModelChoiceField(
            rows,
            label=self.title,
            required=False,
            widget=AutocompleteSelect(field, site),
            initial=chosen[0] if chosen else None,
        )
        form_class = type("FilterForm", (forms.Form,), {self.lookup_kwarg: choice})
        data = {self.lookup_kwarg: chosen[0]} if chosen else None
        form: forms.Form = form_class(data, auto_id="filter_%s")
        return form


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


class PkMultipleWidget(AutocompleteSelectMultiple):
    """Ignores submitted values that cannot be primary keys; Django's widget raises an error for them."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        values = super().value_from_datadict(data, files, name)
        # No row has the key 0: the field reports such a value as an invalid choice.
        return ["0" if value.isdecimal() and not is_valid_id(value) else value for value in values]

    def optgroups(self, name: str, value: Any, attrs: dict[str, Any] | None = None) -> Any:
        return super().optgroups(name, [key for key in value if is_valid_id(str(key))], attrs)


class PkWidget(AutocompleteSelect):
    """The same for one row."""

    def optgroups(self, name: str, value: Any, attrs: dict[str, Any] | None = None) -> Any:
        return super().optgroups(name, [key for key in value if is_valid_id(str(key))], attrs)


class ScopedChoicesMixin:
    """Limits the choices of related rows in forms to those that their own page lists for the user."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs.setdefault("widget", PkWidget(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs.setdefault("widget", PkMultipleWidget(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> QuerySet[Any] | None:
        rows = visible_rows(self.admin_site, db_field.remote_field.model, request)  # type: ignore[attr-defined]
        return super().get_field_queryset(db, db_field, request) if rows is None else rows  # type: ignore[misc]


#: What the filters of Django and of the admin's theme append to the path of their field.
FILTER_SUFFIXES = ("", "__exact", "__id__exact", "__isnull", "__gte", "__lt", "__in")


def offered_lookups(list_filter: Iterable[Any]) -> frozenset[str]:
    """The parameters that the filters of a list read from its address."""
    lookups: set[str] = set()
    for each in list_filter:
        if parameter := getattr(each, "parameter_name", None):
            lookups.add(parameter)
            continue
        path = each[0] if isinstance(each, tuple | list) else each
        lookups |= {f"{path}{suffix}" for suffix in FILTER_SUFFIXES}
    return frozenset(lookups)


def is_relation(model: Any, path: str) -> bool:
    """Whether the last step of the path, such as `hall__cinema`, is a relation."""
    for step in path.split("__"):
        model = model._meta.get_field(step).related_model
    return model is not None
