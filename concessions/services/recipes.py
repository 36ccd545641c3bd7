"""What items are made of: the units of goods and ingredients behind a sale, and how many can be sold.

Popcorn   made of  80 g of corn, 20 ml of oil, 1 cup
Evening   a combo  of 1 popcorn and 2 colas, at a price of its own
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from cinema.money import split
from concessions.models import ConcessionItem, ItemPart

Kind = ConcessionItem.Kind
Parts = Mapping[int, Sequence[ItemPart]]


def parts_of(items: Iterable[ConcessionItem]) -> Parts:
    """The parts of those of the items that have no stock of their own, and of the portions among these parts.

    One query; none if all items are in stock themselves. Reads only.
    """
    wholes = [item for item in items if not item.is_stocked]
    found: defaultdict[int, list[ItemPart]] = defaultdict(list)
    if wholes:
        of_cinemas = ItemPart.objects.filter(whole__cinema__in={item.cinema_id for item in wholes})
        for each in of_cinemas.select_related("part").order_by("part", "pk"):
            found[each.whole_id].append(each)
    return found


def units_of(item: ConcessionItem, parts: Parts) -> dict[int, int]:
    """The units of goods and ingredients (by primary key) in one of the item; empty if it cannot be made now.

    It cannot be made without a recipe, or when something in it is off sale. No query.
    """
    if item.is_stocked:
        return {item.pk: 1}
    units: defaultdict[int, int] = defaultdict(int)
    for each in parts.get(item.pk, ()):
        inside = units_of(each.part, parts) if each.part.is_active else {}
        if not inside:
            return {}
        for key, number in inside.items():
            units[key] += number * each.units
    return units


def available(items: Sequence[ConcessionItem]) -> dict[int, int]:
    """How many of each item can be sold, by what is in stock now: items that share an ingredient each see all of it.

    At most one query. Reads only.
    """
    parts = parts_of(items)
    stock = {each.part_id: each.part.stock_quantity for rows in parts.values() for each in rows}
    stock |= {item.pk: item.stock_quantity for item in items}
    units = {item.pk: units_of(item, parts) for item in items}
    return {
        key: min((stock[each] // number for each, number in inside.items()), default=0) for key, inside in units.items()
    }


def priced_pieces(combo: ConcessionItem, parts: Parts) -> list[tuple[ConcessionItem, int, Decimal]]:
    """The items of one combo as (item, pieces, price of a piece), which add up to its price exactly.

    Its price is split by the prices of its pieces, to the minor unit by the largest remainder: pieces of one item may
    therefore differ by a minor unit, and are then listed apart. No query.
    """
    pieces = [each.part for each in parts.get(combo.pk, ()) for _piece in range(each.units)]
    weights = [piece.price for piece in pieces]
    prices = split(combo.price, weights if any(weights) else [Decimal(1)] * len(pieces)) if pieces else []
    counted: dict[tuple[int, Decimal], list[ConcessionItem]] = {}
    for piece, price in zip(pieces, prices, strict=True):
        counted.setdefault((piece.pk, price), []).append(piece)
    return [(same[0], len(same), price) for (_key, price), same in counted.items()]
