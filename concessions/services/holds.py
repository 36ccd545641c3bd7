"""Takes stock for the preorders of an order and returns it. Callers lock the orders first."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, ExpressionWrapper, F, QuerySet, Value, When, prefetch_related_objects
from django.db.models.functions import Coalesce

from cinema.db_functions import PerRowDelta, insert_from
from cinema.money import MoneyField
from cinema.status import transition
from concessions.errors import OutOfStock
from concessions.models import ConcessionItem, ConcessionPreorder, StockMovement
from concessions.services import movements, recipes
from concessions.services.costs import Cost, ValuedStock

Kind = StockMovement.Kind


def preorders(
    quantities: Iterable[tuple[ConcessionItem, int]], *, pickup_code: str, collection_deadline: datetime
) -> list[ConcessionPreorder]:
    """Unsaved preorders of these items at their prices now; of a combo one for each item in it, with its part of the
    price. Raises `OutOfStock` for a combo without items. No query, one with combos.
    """
    quantities = list(quantities)
    parts = recipes.parts_of(item for item, _quantity in quantities if item.kind == item.Kind.COMBO)
    lines: list[dict[str, Any]] = []
    for item, quantity in quantities:
        if item.kind != item.Kind.COMBO:
            lines.append({"concession_item": item, "quantity": quantity, "unit_price": item.price})
            continue
        pieces = recipes.priced_pieces(item, parts)
        if not pieces or not all(piece.is_active for piece, *_rest in pieces):
            raise OutOfStock([item])
        lines += [
            {
                "concession_item": piece,
                "quantity": number * quantity,
                "unit_price": price,
                "combo": item,
                "combo_quantity": quantity,
            }
            for piece, number, price in pieces
        ]
    common = {"pickup_code": pickup_code, "collection_deadline": collection_deadline}
    return [ConcessionPreorder(**line, **common) for line in lines]


def take_stock(preorders: Sequence[ConcessionPreorder], *, at: datetime) -> None:
    """Take the quantities of the preorders from the stock, all or none: for what is made, units of each ingredient by
    today's recipe. Raises `OutOfStock`.

    Must be called inside a transaction (the orders are locked; the items are locked here).
    """
    wanted = _units(preorders)
    changes: defaultdict[int, int] = defaultdict(int)
    for _preorder, key, units in wanted:
        changes[key] -= units
    items = lock_items(changes.keys())
    short = {key for key, change in changes.items() if items[key].quantity + change < 0}
    if short:
        raise OutOfStock(dict.fromkeys(each.concession_item.name for each, key, _units in wanted if key in short))
    taken = [
        StockMovement(
            concession_item_id=key,
            quantity=-units,
            kind=Kind.HOLD,
            at=at,
            preorder=preorder,
            **items[key].take(units)._asdict(),
        )
        for preorder, key, units in wanted
    ]
    movements.apply(changes, valued=items.values(), at=at)
    StockMovement.objects.bulk_create(taken)


def _units(preorders: Sequence[ConcessionPreorder]) -> list[tuple[ConcessionPreorder, int, int]]:
    """The units of stock behind each preorder: (preorder, primary key of an item, units). No query, one with recipes.

    Raises `OutOfStock` for what has no recipe, or when something in it is off sale.
    """
    prefetch_related_objects(preorders, "concession_item")
    parts = recipes.parts_of(preorder.concession_item for preorder in preorders)
    found = []
    for preorder in preorders:
        inside = recipes.units_of(preorder.concession_item, parts)
        if not inside:
            raise OutOfStock([preorder.concession_item])
        found += [(preorder, key, units * preorder.quantity) for key, units in inside.items()]
    return found


def release(preorders: Sequence[ConcessionPreorder], to: str, *, at: datetime) -> None:
    """Set open preorders, loaded with their items, to the status `to`, and return what they hold to the stock.

    What is ready and was made to order cannot be sold again and is written off. Must be called inside a transaction
    (the orders are locked; the items are locked here).
    """
    wasted = {row.pk for row in preorders if row.status == row.Status.READY and row.concession_item.made_to_order}
    transition(preorders, to)
    return_stock([row.pk for row in preorders], at=at, wasted=wasted)


def return_stock(preorders: Collection[int], *, at: datetime, wasted: Collection[int] = ()) -> None:
    """Return the quantities held by these preorders (primary keys) to the stock. Repeating it changes nothing.

    Preorders in `wasted` were prepared and cannot be sold again: they are returned and written off, so that both
    movements are recorded. Goods come back at the cost at which they left, or at the average cost if theirs was not
    known then. At most five queries, however many preorders. Must be called inside a transaction (the orders are
    locked; the items are locked here).
    """
    held = StockMovement.objects.filter(preorder__in=preorders, kind=Kind.HOLD, reversed_by__isnull=True)
    rows = list(held.order_by("pk").values_list("pk", "concession_item_id", "preorder_id", "quantity", "value"))
    if not rows:
        return
    items = lock_items({item for _key, item, *_rest in rows})
    changes: defaultdict[int, int] = defaultdict(int)
    assumed: dict[int, Cost] = {}  # of movements from before a cost was entered
    for key, item_id, preorder, quantity, value in rows:
        item = items[item_id]
        if value is None and item.average is not None:
            assumed[key] = Cost(item.average, item.at_average(quantity))
        if preorder not in wasted:
            changes[item_id] -= quantity
            item.put(-quantity, value=_negative(assumed[key].value if key in assumed else value))
    movements.apply(changes, valued=items.values(), at=at)
    source = StockMovement.objects.filter(pk__in=[key for key, *_rest in rows])
    same = {"concession_item": F("concession_item"), "preorder": F("preorder"), "at": at}
    insert_from(
        source,
        StockMovement,
        kind=Kind.RETURN,
        quantity=-F("quantity"),
        reverses=F("pk"),
        **same,
        **_costs(assumed, sign=-1),
    )
    if wasted:
        lost = source.filter(preorder__in=wasted)
        insert_from(lost, StockMovement, kind=Kind.WRITE_OFF, quantity=F("quantity"), **same, **_costs(assumed, sign=1))


def _negative(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else -amount


def _costs(assumed: dict[int, Cost], *, sign: int) -> dict[str, Any]:
    """The costs of movements that are made from others: theirs, or else what is assumed; the value gets the sign."""
    unit_cost: Any = F("unit_cost")
    value: Any = F("value")
    if assumed:
        money = MoneyField()
        costs = {key: money.get_prep_value(cost.unit_cost) for key, cost in assumed.items()}
        values = {key: money.get_prep_value(cost.value) for key, cost in assumed.items()}
        unit_cost = Coalesce(unit_cost, PerRowDelta(costs, money), output_field=money)
        value = Coalesce(value, PerRowDelta(values, money), output_field=money)
    signed = ExpressionWrapper(value * Value(sign), output_field=MoneyField())
    flag = Case(When(pk__in=list(assumed), then=True), default=False) if assumed else False
    return {"unit_cost": unit_cost, "value": signed, "cost_assumed": flag}


def lock_for(preorders: Sequence[ConcessionPreorder], *, replaced: QuerySet[ConcessionPreorder]) -> None:
    """Lock what these preorders take together with what the replaced ones give back. Raises `OutOfStock`."""
    held = StockMovement.objects.filter(preorder__in=replaced, kind=Kind.HOLD, reversed_by__isnull=True)
    lock_items(
        {key for _preorder, key, _quantity in _units(preorders)} | set(held.values_list("concession_item", flat=True))
    )


def lock_items(items: Iterable[int]) -> dict[int, ValuedStock]:
    """Lock the items until the transaction ends, and return their current stocks by primary key."""
    rows = ConcessionItem.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=items).order_by("pk")
    columns = rows.values_list("pk", "name", "stock_quantity", "stock_value", "average_cost")
    return {row[0]: ValuedStock(*row) for row in columns}
