"""The bar: what sells, what it earns, what is lost, and what is bought together."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from itertools import combinations
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from concessions.models import ConcessionItem, ConcessionPreorder, StockMovement
from concessions.services import available
from reports import definitions
from reports.catalogue.takings import added, column_of, subtitle
from reports.definitions import Definition, Unit
from reports.models import BarFigures, OrderFigures, StockFigures, TicketFigures
from reports.reading import Period, sums, sums_together
from reports.tables import Column, Kind, Table

MOST_PAIRS = 15
#: Orders are read one by one for the pairs, so only those of the last days: at most so many, and fewer of a busy bar,
#: of which so many units tell enough; but at least today and yesterday.
PAIRS_WITHIN, UNITS_FOR_PAIRS, LEAST = 31, 10_000, 2
#: Where the units and the value of each kind of loss are shown.
LOST = {
    StockMovement.Kind.WRITE_OFF: ("written_off_units", "written_off_amount"),
    StockMovement.Kind.COUNT: ("counted", "counted_value"),
}
WHOLE = (
    definitions.BAR_TAKINGS,
    definitions.COST_OF_GOODS,
    definitions.MARGIN,
    definitions.MARGIN_RATE,
    definitions.SPEND_PER_HEAD,
    definitions.STRIKE_RATE,
)


SUMMED = (Unit.COUNT, Unit.MONEY)
#: Figures for people who may see costs.
OF_COSTS = (
    definitions.COST_OF_GOODS,
    definitions.MARGIN,
    definitions.MARGIN_RATE,
    definitions.WRITTEN_OFF_VALUE,
    definitions.SHRINKAGE_VALUE,
)


def bar(period: Period, *, with_costs: bool) -> list[Table]:
    """The bar as a whole, and its items by margin, or without costs by takings. At most ten queries."""
    sold = {row["item_id"]: row for row in sums(BarFigures, period, by=["item_id"])}
    items = _items(sold, period)
    days = (period.last - period.first).days + 1
    in_stock = available([item for _name, item in items.values()])
    rows = [
        {
            "item": items[pk][0],
            "key": pk,
            **_values(definitions.ITEM, {**row, "in_stock": in_stock[pk], "days": days}),
        }
        for pk, row in sold.items()
    ]
    rows.sort(key=lambda row: (-row["margin" if with_costs else "bar_takings"], row["item"]))
    columns = _columns(definitions.ITEM, with_costs=with_costs)
    by_item = Table(title=_("Bar items"), subtitle=subtitle(period), columns=columns, rows=rows)
    return [_whole(period, list(sold.values()), with_costs=with_costs), by_item]


def losses(period: Period, *, with_costs: bool) -> Table:
    """What was written off of each item, and what counts found missing, the most first. At most four queries."""
    lost = _lost(period)
    items = _items(lost, period)
    rows = [{"item": items[pk][0], "key": pk, **_values(definitions.STOCK, row)} for pk, row in lost.items()]
    shrinkage, written_off = ("shrinkage_value", "written_off_value") if with_costs else ("shrinkage", "written_off")
    rows.sort(key=lambda row: (-row[shrinkage] - row[written_off], row["item"]))
    columns = _columns(definitions.STOCK, with_costs=with_costs)
    return Table(title=_("Losses"), subtitle=subtitle(period), columns=columns, rows=rows)


def bought_together(period: Period, items: Table) -> Table:
    """Pairs of items by the number of orders that have both, of the last days of the period. One query.

    `items` is the second table of `bar`.
    """
    rows: Any = items.rows
    days, units = (period.last - period.first).days + 1, sum(row[definitions.BAR_UNITS.key] for row in rows)
    enough = max(LEAST, min(PAIRS_WITHIN, UNITS_FOR_PAIRS * days // max(units, 1)))
    first = period.last - timedelta(days=min(days, enough) - 1)
    bounds = Q()
    for cinema in period.cinemas:
        start, end = cinema.day_bounds(first)[0], cinema.day_bounds(period.last)[1]
        bounds |= Q(order__cinema=cinema, order__paid_at__gte=start, order__paid_at__lt=end)
    baskets: dict[int, set[str]] = {}
    lines = ConcessionPreorder.objects.filter(bounds).order_by().values_list("order", "concession_item__name")
    for order, name in lines.iterator():
        baskets.setdefault(order, set()).add(name)
    pairs = Counter(pair for basket in baskets.values() for pair in combinations(sorted(basket), 2))
    return Table(
        title=_("Bought together"),
        subtitle=subtitle(Period(period.cinemas, first, period.last, period.at)),
        columns=[Column("pair", _("Bar items")), Column("orders", _("Orders"), Kind.INTEGER)],
        rows=[{"pair": " + ".join(pair), "orders": orders} for pair, orders in pairs.most_common(MOST_PAIRS)],
    )


def _whole(period: Period, sold: list[dict[str, Any]], *, with_costs: bool) -> Table:
    """The bar in one row."""
    found = sums_together((OrderFigures, TicketFigures), period)
    total = {**added(BarFigures.MEASURES, sold), **found[OrderFigures]}
    total["bar_takings"] = definitions.BAR_TAKINGS.of(total)
    total["admissions"] = definitions.ADMISSIONS.of(found[TicketFigures])
    notes = []
    if with_costs and total["uncosted"]:
        text = _("The cost of %(units)d units is not known. Enter it when goods are received.")
        notes.append(text % {"units": total["uncosted"]})
    return Table(
        title=_("Bar"),
        subtitle=subtitle(period),
        columns=[column_of(each) for each in WHOLE if with_costs or each not in OF_COSTS],
        rows=[_values(WHOLE, total)],
        notes=notes,
    )


def _items(keys: Iterable[int], period: Period) -> dict[int, tuple[str, ConcessionItem]]:
    """Items and their names, with that of the cinema if there are several. One query."""
    items = ConcessionItem.objects.select_related("cinema").in_bulk(list(keys))
    several = len(period.cinemas) > 1
    return {pk: (f"{item}, {item.cinema}" if several else str(item), item) for pk, item in items.items()}


def _lost(period: Period) -> dict[int, dict[str, Any]]:
    """By item: units and value of write-offs and of differences that counts found. Two queries, or three."""
    lost: dict[int, dict[str, Any]] = {}
    for row in sums(StockFigures, period, by=["item_id", "kind"], kind__in=list(LOST)):
        units, value = LOST[row["kind"]]
        of_item = lost.setdefault(row["item_id"], dict.fromkeys((key for pair in LOST.values() for key in pair), 0))
        of_item[units] += row["units"]
        of_item[value] += row["value"]
    return lost


def _columns(wanted: tuple[Definition, ...], *, with_costs: bool) -> list[Column]:
    shown = [each for each in wanted if with_costs or each not in OF_COSTS]
    return [Column("item", _("Bar item")), *(column_of(each, summed=each.unit in SUMMED) for each in shown)]


def _values(shown: tuple[Definition, ...], row: dict[str, Any]) -> dict[str, Any]:
    return {each.key: each.of(row) for each in shown}
