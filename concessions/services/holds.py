"""Takes stock for the preorders of an order and returns it. Callers lock the orders first."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F

from cinema.db_functions import insert_from
from cinema.status import transition
from concessions.errors import OutOfStock
from concessions.models import ConcessionItem, ConcessionPreorder, StockMovement
from concessions.services import movements

Kind = StockMovement.Kind


def take_stock(preorders: Sequence[ConcessionPreorder], *, at: datetime) -> None:
    """Take the quantities of the preorders from the stock, all or none. Raises `OutOfStock`.

    Must be called inside a transaction (the orders are locked; the items are locked here).
    """
    changes: defaultdict[int, int] = defaultdict(int)
    for preorder in preorders:
        changes[preorder.concession_item_id] -= preorder.quantity
    items = lock_items(changes.keys())
    short = [items[key] for key, change in changes.items() if items[key].stock_quantity + change < 0]
    if short:
        raise OutOfStock(item.name for item in short)
    movements.apply(changes, at=at)
    StockMovement.objects.bulk_create(
        [
            StockMovement(
                concession_item_id=preorder.concession_item_id,
                quantity=-preorder.quantity,
                kind=Kind.HOLD,
                at=at,
                preorder=preorder,
            )
            for preorder in preorders
        ]
    )


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
    movements are recorded. At most five queries, however many preorders. Must be called inside a transaction (the
    orders are locked; the items are locked here).
    """
    held = StockMovement.objects.filter(preorder__in=preorders, kind=Kind.HOLD, reversed_by__isnull=True)
    rows = list(held.order_by("pk").values_list("pk", "concession_item_id", "preorder_id", "quantity"))
    if not rows:
        return
    changes: defaultdict[int, int] = defaultdict(int)
    for _key, item, preorder, quantity in rows:
        changes[item] -= 0 if preorder in wasted else quantity
    lock_items(changes.keys())
    movements.apply({item: change for item, change in changes.items() if change}, at=at)
    source = StockMovement.objects.filter(pk__in=[key for key, *_rest in rows])
    same = {"concession_item": F("concession_item"), "preorder": F("preorder"), "at": at}
    insert_from(source, StockMovement, kind=Kind.RETURN, quantity=-F("quantity"), reverses=F("pk"), **same)
    if wasted:
        lost = source.filter(preorder__in=wasted)
        insert_from(lost, StockMovement, kind=Kind.WRITE_OFF, quantity=F("quantity"), **same)


def lock_items(items: Iterable[int]) -> dict[int, Any]:
    """Lock the items until the transaction ends, and return their current names and stocks by primary key."""
    rows = ConcessionItem.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=items).order_by("pk")
    return {item.pk: item for item in rows.values_list("pk", "name", "stock_quantity", named=True)}
