"""What the tables about customers share: whom they are about, their columns, and as of when they are."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reports import definitions
from reports.catalogue.takings import column_of, dates_text
from reports.definitions import Definition, Unit
from reports.errors import ChooseOneCinema
from reports.models import Engagement, ReminderFigures
from reports.reading import Period
from reports.tables import Column, in_zone
from screenings.models import Cinema

SUMMED = (Unit.COUNT, Unit.MONEY)


def scope_of(period: Period) -> Cinema | None:
    """The cinema of the period; None for the whole chain. Raises `ChooseOneCinema`. One query at most."""
    if len(period.cinemas) == 1:
        return next(iter(period.cinemas))
    if Cinema.objects.exclude(pk__in=[cinema.pk for cinema in period.cinemas]).exists():
        raise ChooseOneCinema(_("Customers are counted for the whole chain or for one cinema. Choose one cinema."))
    return None


def as_of() -> str:
    """From when the figures are. One query."""
    instant = Engagement.objects.values_list("as_of", flat=True).first()
    if instant is None:
        return _("Customers have not been counted yet: that happens every night.")
    local = in_zone(instant, None)
    return _("As of %(day)s, %(time)s.") % {"day": date_format(local, "j E Y"), "time": f"{local:%H:%M}"}


def of_scope(table: Any, scope: Cinema | None, period: Period) -> QuerySet[Any, Any]:
    found: QuerySet[Any, Any] = table.objects.filter(cinema=scope, month__range=bounds(period)).order_by()
    return found


def reminder_rows(period: Period) -> QuerySet[ReminderFigures]:
    rows = ReminderFigures.objects.filter(cinema__in=period.cinemas, month__range=bounds(period))
    return rows.order_by()


def bounds(period: Period) -> tuple[date, date]:
    return period.first.replace(day=1), period.last


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key.removeprefix("sum_"): value for key, value in row.items()}


def values_of(shown: Collection[Definition], row: Mapping[str, Any]) -> dict[str, Any]:
    return {each.key: each.of(row) for each in shown}


def columns_of(shown: Collection[Definition], *, summed: bool = True) -> list[Column]:
    averages = (definitions.SPENT_PER_CUSTOMER,)
    return [column_of(each, summed=summed and each.unit in SUMMED and each not in averages) for each in shown]


def scope_name(scope: Cinema | None) -> str:
    return str(scope) if scope else _("The whole chain")


def subtitle_of_scope(scope: Cinema | None, period: Period) -> str:
    return f"{scope_name(scope)}, {dates_text(*bounds(period))}"


def subtitle_of_cinemas(period: Period) -> str:
    names = ", ".join(str(cinema) for cinema in period.cinemas) if len(period.cinemas) <= 3 else _("All cinemas")
    return f"{names}, {dates_text(*bounds(period))}"
