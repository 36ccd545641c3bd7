"""What customers have in common: groups by recency, frequency and value, and what they choose most often."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports import charts, definitions
from reports.catalogue.customers.shared import (
    as_of,
    columns_of,
    scope_name,
    scope_of,
    values_of,
)
from reports.models import CustomerGroup, Daypart, ProfileFigures
from reports.reading import Period
from reports.tables import Column, Kind, Table
from screenings.models import Cinema, Genre

SCORES = 5
Profile = ProfileFigures.Kind

MEANINGS: dict[str, Any] = {
    CustomerGroup.LOYAL: gettext_lazy("at least 6 visits in a year, the last one within 90 days"),
    CustomerGroup.AT_RISK: gettext_lazy("at least 3 visits in a year, none within 90 days"),
    CustomerGroup.NEW: gettext_lazy("first visit within 90 days"),
    CustomerGroup.OCCASIONAL: gettext_lazy("all others who visited within a year"),
    CustomerGroup.LAPSED: gettext_lazy("no visit within a year"),
}
RECENCY = [
    gettext_lazy("30 days"),
    gettext_lazy("90 days"),
    gettext_lazy("180 days"),
    gettext_lazy("a year"),
    gettext_lazy("longer ago"),
]
FREQUENCY = ["0–1", "2", "3–5", "6–11", "12+"]


def groups(period: Period) -> Table:
    """Customers by recency, frequency and value. Two queries."""
    scope = scope_of(period)
    found = {
        row.key: row for row in ProfileFigures.objects.filter(cinema=scope, kind__in=[Profile.GROUP, Profile.SCORE])
    }
    of_group = {key: found[key] for key in MEANINGS if key in found}
    rows = [
        {
            "group": str(CustomerGroup(key).label),
            **values_of(definitions.CUSTOMERS_IN_COMMON, row),
        }
        for key, row in zip(of_group, _shared(of_group.values()), strict=True)
    ]
    grid: dict[Any, Any] = {
        label: [_count(found.get(f"{recency}-{frequency}")) for recency in range(SCORES, 0, -1)]
        for frequency, label in enumerate(FREQUENCY, start=1)
    }
    drawing = charts.heat_map(
        _("Customers by last visit (rows) and visits in a year (columns)"),
        [str(each) for each in RECENCY],
        grid,
        kind=Kind.INTEGER,
        label=Column("label", _("Last visit within")),
    )
    return Table(
        title=_("Groups of customers"),
        subtitle=scope_name(scope),
        columns=[
            Column("group", _("Group")),
            *columns_of(definitions.CUSTOMERS_IN_COMMON),
        ],
        rows=rows,
        notes=[*(f"{CustomerGroup(key).label}: {meaning}." for key, meaning in MEANINGS.items()), as_of()],
        charts=[drawing] if rows else [],
    )


def favourites(period: Period) -> Table:
    """What customers choose most often, one below the other: cinema, genre, part of the day. Four queries."""
    scope = scope_of(period)
    found: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    kinds = [Profile.CINEMA, Profile.GENRE, Profile.DAYPART]
    for row in ProfileFigures.objects.filter(cinema=scope, kind__in=kinds).order_by("-customers", "key"):
        found[row.kind][row.key] = row
    names: dict[str, dict[str, str]] = {
        Profile.CINEMA: _cinema_names(scope, found[Profile.CINEMA]),
        Profile.GENRE: {str(each.pk): str(each) for each in Genre.objects.filter(pk__in=_keys(found[Profile.GENRE]))},
        Profile.DAYPART: {str(value): str(label) for value, label in Daypart.choices},
    }
    rows = [
        {
            "kind": str(kind.label),
            "value": names[kind].get(key) or _("None"),
            **values_of(definitions.CUSTOMERS_IN_COMMON, row),
        }
        for kind in kinds
        for key, row in zip(found[kind], _shared(found[kind].values()), strict=True)
    ]
    return Table(
        title=_("Favourites"),
        subtitle=scope_name(scope),
        columns=[
            Column("kind", _("Favourite")),
            Column("value", _("Choice")),
            *columns_of(definitions.CUSTOMERS_IN_COMMON, summed=False),
        ],
        rows=rows,
        notes=[
            _(
                "What a customer chose on most visits to the chain; among equals, what they chose last. A film of "
                "several genres counts for each."
            ),
            as_of(),
        ],
    )


def _cinema_names(scope: Cinema | None, keys: Collection[str]) -> dict[str, str]:
    """At one cinema, the others have no names: who works there sees no figures of others."""
    if scope is not None:
        return {key: str(scope) if key == str(scope.pk) else _("Another cinema") for key in keys}
    return {str(each.pk): str(each) for each in Cinema.objects.filter(pk__in=_keys(keys))}


def _shared(rows: Collection[ProfileFigures]) -> list[dict[str, Any]]:
    """The measures of the rows, each with the customers of all of them."""
    everybody = sum(row.customers for row in rows)
    return [
        {
            "customers": row.customers,
            "best": row.best,
            "visits": row.visits,
            "spent": row.spent,
            "all_customers": everybody,
        }
        for row in rows
    ]


def _count(row: ProfileFigures | None) -> int | None:
    return row.customers if row else None


def _keys(keys: Collection[str]) -> list[int]:
    return [int(key) for key in keys if key]
