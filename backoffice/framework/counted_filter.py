"""The filter of a list that a figure leads to: the rows that it counts, and no others."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.scope import cinemas_of, within
from cinema import clock
from reports.behind import BEHIND, Asked
from reports.catalogue.takings import dates_text
from reports.reading import Period
from screenings.models import Cinema

NAME, DIVIDER = "counted", "~"


def as_value(figure: str, first: date, last: date, *cell: int) -> str:
    """The figure and its days in an address."""
    return DIVIDER.join((figure, first.isoformat(), last.isoformat(), *map(str, cell)))


class CountedFilter(admin.SimpleListFilter):
    """Shown only while it is chosen, with the days that it is about. Figures of other lists are refused."""

    title = _("counted in a report")
    parameter_name = NAME

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterator[tuple[str, str]]:
        value = self.value()
        if not value:
            return
        try:
            figure, first, last, *cell = value.split(DIVIDER)
            days = date.fromisoformat(first), date.fromisoformat(last)
            part, weekday = map(int, cell or (0, 0))
            self.behind = BEHIND[figure]
        except (KeyError, ValueError) as error:
            raise IncorrectLookupParameters from error
        if self.behind.model is not model_admin.model or days[0] > days[1] or not (1900 < days[0].year < 9000):
            raise IncorrectLookupParameters
        own = within(Cinema.objects.order_by(), "pk", cinemas_of(request))
        self.asked = Asked(Period(list(own), *days, clock.now()), (part, weekday))
        yield value, dates_text(*days)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return self.behind.select(queryset, self.asked) if self.value() else queryset
