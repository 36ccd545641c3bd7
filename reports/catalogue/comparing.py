"""What takings are compared with, from the choices of a page or those that are stored with a file."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from reports.catalogue.takings import DIMENSIONS, Against, dates_text
from reports.reading import Period
from reports.tables import Kind
from screenings.models import Cinema, Film

YEAR = timedelta(days=364)  # weeks are compared with weeks

#: By what takings are compared with: the rows that cannot be.
NOT_COMPARED = {
    "cinema": ("cinema", "hall"),
    "film": [key for key, each in DIMENSIONS.items() if each.kind is not Kind.DATE],
}


def against(
    period: Period,
    compare: str,
    *,
    cinemas: Mapping[str, Cinema],
    films: Mapping[str, Film],
    other: tuple[date, date] | None = None,
) -> Against | None:
    """`compare` is `before`, `year`, `dates` for those of `other`, or a cinema or film by its key: `film:7`."""
    kind, _colon, key = compare.partition(":")
    match kind:
        case "before":
            return _earlier(_("The period before"), period, period.last - period.first + timedelta(days=1))
        case "year":
            return _earlier(_("A year before"), period, YEAR)
        case "dates" if other is not None:
            first, last = other
            moved = replace(period, first=first, last=last)
            return Against(dates_text(first, last), moved, period.first - first)
        case "cinema" if key in cinemas:
            both = {each.pk: each for each in (*period.cinemas, cinemas[key])}
            return Against(str(cinemas[key]), replace(period, cinemas=list(both.values())), cinema=cinemas[key])
        case "film" if key in films:
            return Against(str(films[key]), period, film=films[key])
    return None


def _earlier(name: Any, period: Period, days: timedelta) -> Against:
    return Against(name, replace(period, first=period.first - days, last=period.last - days), days)
