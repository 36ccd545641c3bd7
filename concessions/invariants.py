"""Invariants of stock; see `jobs.invariants`."""

from jobs.invariants import Invariant

INVARIANTS = [
    Invariant(
        "The stock of an item is the sum of its movements, and not negative",
        "concessions.concessionitem",
        """
        SELECT item.id FROM concessions_concessionitem item
        LEFT JOIN (SELECT concession_item_id, SUM(quantity) AS moved FROM concessions_stockmovement
                   GROUP BY concession_item_id) movement ON movement.concession_item_id = item.id
        WHERE item.stock_quantity <> COALESCE(movement.moved, 0) OR item.stock_quantity < 0
        """,
    ),
    Invariant(
        "The value of an item's stock is the sum of its movements' values; an empty stock is worth nothing",
        "concessions.concessionitem",
        """
        SELECT item.id FROM concessions_concessionitem item
        LEFT JOIN (SELECT concession_item_id, SUM(value) AS moved FROM concessions_stockmovement
                   GROUP BY concession_item_id) movement ON movement.concession_item_id = item.id
        WHERE COALESCE(item.stock_value, 0) <> COALESCE(movement.moved, 0) OR item.stock_value < 0
            OR (item.stock_quantity = 0 AND item.stock_value <> 0)
        """,
    ),
    Invariant(
        "A movement of stock is returned by one movement of the same goods, in full and at the same cost",
        "concessions.stockmovement",
        """
        SELECT back.id FROM concessions_stockmovement back
        JOIN concessions_stockmovement original ON original.id = back.reverses_id
        WHERE back.quantity <> -original.quantity OR back.concession_item_id <> original.concession_item_id
            OR (original.value IS NOT NULL AND (back.value IS NULL OR back.value <> -original.value))
        """,
    ),
]
