"""Rows for tests of concessions."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F
from model_bakery import baker

from concessions.models import ConcessionItem, ConcessionPreorder, StockMovement
from orders.models import Order

PRICE = Decimal("350.00")


def item(stock: int = 0, **fields: Any) -> ConcessionItem:
    """An item in a new cinema. Its stock comes from one opening movement, is at most 100, and low below 20."""
    made = baker.make(
        ConcessionItem,
        **{"stock_quantity": stock, "max_stock_quantity": 100, "low_stock_percent": 20, "price": PRICE, **fields},
    )
    if stock:
        StockMovement.objects.create(
            concession_item=made, quantity=stock, kind=StockMovement.Kind.OPENING, at=datetime(2026, 1, 1, tzinfo=UTC)
        )
    return made


def preordered(item: ConcessionItem, quantity: int, status: str = ConcessionPreorder.Status.PENDING) -> None:
    """A preorder of that many of the item, taken from its stock."""
    at = datetime(2026, 11, 1, tzinfo=UTC)
    order = baker.make(Order, cinema=item.cinema, created_at=at, payment_deadline=at, expires_at=at)
    preorder = ConcessionPreorder.objects.create(
        order=order,
        concession_item=item,
        quantity=quantity,
        unit_price=PRICE,
        status=status,
        pickup_code="ABC234",
        collection_deadline=at,
    )
    StockMovement.objects.create(
        concession_item=item, quantity=-quantity, kind=StockMovement.Kind.HOLD, at=at, preorder=preorder
    )
    ConcessionItem.objects.filter(pk=item.pk).update(stock_quantity=F("stock_quantity") - quantity)
