"""Models of bar items, their stock, and snacks in orders."""

from concessions.models.items import (
    FILLED,
    MOST_STOCK,
    SALES_DAYS,
    ConcessionItem,
    LowStockItem,
    ReorderSuggestion,
    StockMovement,
)
from concessions.models.parts import ItemPart
from concessions.models.preorders import ConcessionPreorder

__all__ = [
    "FILLED",
    "MOST_STOCK",
    "SALES_DAYS",
    "ConcessionItem",
    "ConcessionPreorder",
    "ItemPart",
    "LowStockItem",
    "ReorderSuggestion",
    "StockMovement",
]
