"""Divides a line of snacks, so that a part of its quantity can be refunded by itself."""

from copy import copy
from datetime import datetime
from decimal import Decimal

from cinema.money import split
from concessions.models import ConcessionPreorder, StockMovement

Kind = StockMovement.Kind


def divide(line: ConcessionPreorder, *, kept: int, at: datetime) -> ConcessionPreorder:
    """Keep so many in a line and move the others into a new one, which is returned; in sum nothing changes: price,
    discount, points, and what the lines hold of the stock at the cost at which it was taken.

    Must be called inside a transaction (the order is locked, and the line was read afterwards).
    """
    counts = [kept, line.quantity - kept]
    amounts = [line.unit_price * count for count in counts]
    discounts = split(line.discount_share, amounts)
    points = split(line.bonus_share, [amount - less for amount, less in zip(amounts, discounts, strict=True)])
    rest = copy(line)
    rest.pk = None
    for each, count, discount, point in zip((line, rest), counts, discounts, points, strict=True):
        each.quantity, each.discount_share, each.bonus_share = count, discount, point
    line.save(update_fields=["quantity", "discount_share", "bonus_share"])
    rest.save(force_insert=True)
    _divide_stock(line, rest, at=at)
    return rest


def _divide_stock(line: ConcessionPreorder, rest: ConcessionPreorder, *, at: datetime) -> None:
    """Movements are never changed: what was held is reversed and held again by both lines, so the stock stays as it is.

    Two queries.
    """
    counts = [line.quantity, rest.quantity]
    moved = []
    for held in StockMovement.objects.filter(preorder=line, kind=Kind.HOLD, reversed_by__isnull=True).order_by("pk"):
        same = {
            "concession_item_id": held.concession_item_id,
            "unit_cost": held.unit_cost,
            "cost_assumed": held.cost_assumed,
            "at": at,
        }
        units = held.quantity // sum(counts)  # of one portion, and negative
        back = None if held.value is None else -held.value
        parts = [None, None] if back is None else [-value for value in split(back, [Decimal(each) for each in counts])]
        moved.append(
            StockMovement(kind=Kind.RETURN, quantity=-held.quantity, value=back, preorder=line, reverses=held, **same)
        )
        moved += [
            StockMovement(kind=Kind.HOLD, quantity=units * each.quantity, value=value, preorder=each, **same)
            for each, value in zip((line, rest), parts, strict=True)
        ]
    StockMovement.objects.bulk_create(moved)
