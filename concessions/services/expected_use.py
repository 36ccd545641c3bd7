"""Stores how much of each item is expected to be used, and what sells with it, as far as that is known."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from concessions.models import MOST_STOCK, ConcessionItem, ReorderSuggestion


class ExpectedUse(NamedTuple):
    """Units; `week` are those of today and the six days after it."""

    today: int
    week: int


def expect_use(
    items: Sequence[ConcessionItem],
    uses: Mapping[int, ExpectedUse],
    *,
    goes_with: Mapping[int, int],
    at: datetime,
) -> None:
    """Store what is expected of these items and which item sells with each, by primary key; of an item that is not
    there, that nothing is known.

    Suggestions that nobody has ordered yet follow. Three queries. Must be called inside a transaction (the items are
    locked and were read afterwards).
    """
    for item in items:
        use = uses.get(item.pk)
        item.expected_today = None if use is None else min(use.today, use.week, MOST_STOCK)
        item.expected_week = None if use is None else min(use.week, MOST_STOCK)
        item.expected_at = at
        item.goes_with_id = goes_with.get(item.pk)
    ConcessionItem.objects.bulk_update(items, ["expected_today", "expected_week", "expected_at", "goes_with"])
    suggestions = list(
        ReorderSuggestion.objects.filter(concession_item__in=items, settled_at__isnull=True, ordered_at__isnull=True)
    )
    quantities = {item.pk: item.suggested_order for item in items}
    for suggestion in suggestions:  # one of an item that is not low any more stays as it is
        suggestion.quantity = quantities[suggestion.concession_item_id] or suggestion.quantity
    ReorderSuggestion.objects.bulk_update(suggestions, ["quantity"])
