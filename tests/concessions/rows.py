"""Rows that tests of the bar start from."""

from decimal import Decimal
from typing import Any

from model_bakery import baker

from concessions.models import ConcessionItem, StockMovement

PRICE = Decimal("350.00")


def item(stock: int = 0, **fields: Any) -> ConcessionItem:
    """An item of its own cinema whose stock came by one opening movement; it is low under 20 of 100."""
    made = baker.make(
        ConcessionItem,
        **{"stock_quantity": stock, "max_stock_quantity": 100, "low_stock_percent": 20, "price": PRICE, **fields},
    )
    if stock:
        StockMovement.objects.create(
            concession_item=made, quantity=stock, kind=StockMovement.Kind.OPENING, at="2026-01-01T00:00Z"
        )
    return made
