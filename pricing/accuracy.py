"""How good forecasts were: what was expected so many days before, and what came."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count, ExpressionWrapper, F, FloatField, IntegerField, Q, QuerySet, Sum
from django.db.models.functions import Abs
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pricing.models import HORIZONS, SessionForecast
from reports import charts
from reports.definitions import ADMISSIONS, SCREENINGS
from reports.definitions.basics import Definition, Unit, share
from reports.definitions.sources import OF_FORECASTS
from reports.reading import Period
from reports.tables import Chart, Column, Kind, Table
from screenings.models import Session

CAME = ExpressionWrapper(F("session__figures__sold") - F("session__figures__refunded"), output_field=IntegerField())

FORECAST = Definition(
    "forecast",
    gettext_lazy("Forecast"),
    gettext_lazy("Sum of the admissions that were expected at these screenings."),
    Unit.COUNT,
    lambda row: round(row["expected"]),
    formula=gettext_lazy("sum of expected admissions"),
    source=OF_FORECASTS,
)
ERROR = Definition(
    "error",
    gettext_lazy("Error"),
    gettext_lazy("By how much the forecast missed each screening, up or down, added up and divided by the admissions."),
    Unit.PERCENT,
    lambda row: share(row["missed"], row["came"]),
    formula=gettext_lazy("sum of |admissions − forecast| ÷ admissions"),
    source=OF_FORECASTS,
)
NAIVE_ERROR = Definition(
    "naive_error",
    gettext_lazy("Error of “as last week”"),
    gettext_lazy(
        "The same if each screening were expected to have what the last one in this hall had, on the same weekday and "
        "in the same part of the day. Screenings without such a one are left out."
    ),
    Unit.PERCENT,
    lambda row: share(row["naive_missed"] or 0, row["naive_came"] or 0),
    formula=gettext_lazy("sum of |admissions − those of the week before| ÷ admissions"),
    source=OF_FORECASTS,
)
WITHIN = Definition(
    "within",
    gettext_lazy("Within the range"),
    gettext_lazy("Share of the screenings whose admissions were within the range that was given. It should be 80%."),
    Unit.PERCENT,
    lambda row: share(row["within"], row["screenings"]),
    formula=gettext_lazy("screenings within the range ÷ screenings"),
    source=OF_FORECASTS,
)
SHOWN = (SCREENINGS, FORECAST, ADMISSIONS, ERROR, NAIVE_ERROR, WITHIN)
KINDS = {Unit.COUNT: Kind.INTEGER, Unit.PERCENT: Kind.PERCENT}


def accuracy(period: Period) -> Table:
    """A row for each horizon. One query."""
    found = {row["horizon"]: row for row in _measured(_past(period).values("horizon"))}
    return Table(
        title=_("Accuracy by days before the screening"),
        columns=[
            Column("horizon", _("Days before"), Kind.INTEGER),
            *(Column(each.key, each.name, KINDS[each.unit], each) for each in SHOWN),
        ],
        rows=[{"horizon": each, **_figures(found[each])} for each in HORIZONS[::-1] if each in found],
        notes=[
            _("Day 0 is the morning of the screening. A forecast that was made earlier is judged by its own days.")
            if found
            else _("There is nothing to compare in this period: no screening that was forecast is over yet.")
        ],
    )


def by_day(period: Period, horizon: int) -> Chart:
    """What was forecast at this horizon, and what came, by business day. One query."""
    rows = _measured(_past(period).filter(horizon=horizon).values(day=F("session__figures__about"))).order_by("day")
    days: list[date] = []
    series: dict[Any, Any] = {FORECAST.name: [], ADMISSIONS.name: []}
    for row in rows:
        days.append(row["day"])
        series[FORECAST.name].append(FORECAST.of(row))
        series[ADMISSIONS.name].append(row["came"])
    draw = charts.lines if len(days) > 1 else charts.grouped
    label = Column("day", _("Day"), Kind.DATE)
    return draw(_("Forecast and admissions"), days, series, kind=Kind.INTEGER, label=label)


def _past(period: Period) -> QuerySet[SessionForecast]:
    """Forecasts of counted screenings of the period."""
    return SessionForecast.objects.filter(
        ~Q(session__status=Session.Status.CANCELLED),
        session__figures__cinema__in=[cinema.pk for cinema in period.cinemas],
        session__figures__about__range=(period.first, period.last),
    ).order_by()


def _measured(grouped: Any) -> Any:
    missed = ExpressionWrapper(Abs(F("mean") - CAME), output_field=FloatField())
    naive_missed = ExpressionWrapper(Abs(F("naive") - CAME), output_field=IntegerField())
    return grouped.annotate(
        screenings=Count("pk"),
        expected=Sum("mean"),
        came=Sum(CAME),
        missed=Sum(missed),
        naive_missed=Sum(naive_missed, filter=Q(naive__isnull=False)),
        naive_came=Sum(CAME, filter=Q(naive__isnull=False)),
        within=Count("pk", filter=Q(p10__lte=CAME, p90__gte=CAME)),
    )


def _figures(row: Mapping[str, Any]) -> dict[str, Any]:
    return {each.key: row["came"] if each is ADMISSIONS else each.of(row) for each in SHOWN}
