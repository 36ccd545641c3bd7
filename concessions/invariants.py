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
        "A movement of stock is returned by one movement of the same goods, in full",
        "concessions.stockmovement",
        """
        SELECT back.id FROM concessions_stockmovement back
        JOIN concessions_stockmovement original ON original.id = back.reverses_id
        WHERE back.quantity <> -original.quantity OR back.concession_item_id <> original.concession_item_id
        """,
    ),
]
