"""The one way in which the stock of items changes, for one item or for a whole batch of orders."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Case, DateTimeField, F, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThan

from cinema.db_functions import PerRowDelta
from concessions.models import ConcessionItem


def apply(changes: Mapping[int, int], *, at: datetime) -> None:
    """Add to the stock of each item, named by its id, its signed change: one UPDATE, however many items.

    An item that this takes under its threshold is low since `at`; one that is low already keeps its instant; one that
    is not low now has recovered, and its next drop will be told of again. The caller has locked the items in the
    order of their ids, writes the movements in the same transaction, and has seen that nothing falls below 0: the
    database refuses that with an `IntegrityError`.
    """
    if not changes:
        return
    # In an UPDATE every column is read as it was before, so the new stock is spelled out wherever it is needed.
    stock = F("stock_quantity") + PerRowDelta(changes)
    is_low = LessThan(stock * 100, F("max_stock_quantity") * F("low_stock_percent"))
    ConcessionItem.objects.filter(pk__in=list(changes)).update(
        stock_quantity=stock,
        low_since=Case(
            When(is_low, then=Coalesce("low_since", Value(at, DateTimeField()))),
            default=None,
            output_field=DateTimeField(),
        ),
        low_alerted_at=Case(When(is_low, then="low_alerted_at"), default=None, output_field=DateTimeField()),
    )
