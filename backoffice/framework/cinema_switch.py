"""The cinema that a person works with, in lists: see `chosen_cinema`."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.scope import cinemas_of, within
from backoffice.framework.chosen_cinema import KEY, chosen_cinema
from backoffice.framework.counted_filter import NAME as COUNTED
from screenings.models import Cinema


class CinemaSwitch(admin.SimpleListFilter):
    """Shown above a list whose rows belong to a cinema, to people who see several.

    An address that names what it shows, as the links of figures do, shows that, whatever cinema was chosen.
    """

    title = _("cinema")
    parameter_name = KEY
    path = ""
    chosen: Cinema | None = None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        if not model_admin.has_one_cinema:
            return []
        self.path, asked = model_admin.cinema_path, set(request.GET)
        cinemas = list(within(Cinema.objects.order_by("name"), "pk", cinemas_of(request)))
        named = {COUNTED, *model_admin.link_lookups, *cinema_lookups(model_admin)}
        if len(cinemas) > 1 and (KEY in asked or not asked & named):
            self.chosen = chosen_cinema(request, cinemas)
        self.others = [(name, value) for name in request.GET for value in request.GET.getlist(name) if name != KEY]
        return [(str(each.pk), str(each)) for each in cinemas] if len(cinemas) > 1 else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows that hold for all cinemas stay."""
        if self.chosen is None:
            return queryset
        own = Q(**{self.path: self.chosen.pk})
        is_column = "__" not in self.path and queryset.model._meta.get_field(self.path).null
        return queryset.filter(own | Q(**{f"{self.path}__isnull": True}) if is_column else own)

    def options(self) -> Iterator[tuple[str, str, bool]]:
        chosen = str(self.chosen.pk) if self.chosen else ""
        for key, name in (("", _("All cinemas")), *self.lookup_choices):
            yield key, str(name), key == chosen


def cinema_lookups(page: Any) -> frozenset[str]:
    """How an address names a cinema itself."""
    path = page.cinema_path
    if not page.has_one_cinema:
        return frozenset()
    return frozenset({path, f"{path}__id__exact", f"{path}__exact", f"{path}__in"} - {KEY})


def with_switch(page: Any, filters: list[Any]) -> list[Any]:
    """The filters of a list, with the switch in place of one by cinema."""
    own = page.cinema_path if page.has_one_cinema else None
    return [CinemaSwitch, *(each for each in filters if own is None or each != own)]


def take_out_switch(changelist: Any) -> Any:
    """The list, with the switch above it and not among its filters."""
    changelist.switch = next((each for each in changelist.filter_specs if isinstance(each, CinemaSwitch)), None)
    changelist.filter_specs = [each for each in changelist.filter_specs if each is not changelist.switch]
    changelist.has_filters = bool(changelist.filter_specs)
    changelist.has_active_filters = bool(changelist.get_filters_params().keys() - {KEY})
    return changelist
