"""Applies signed changes to the stock of items; the only code that changes a stock."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Case, DateTimeField, F, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThan

from cinema.db_functions import PerRowDelta
from concessions.models import ConcessionItem


def apply(changes: Mapping[int, int], *, at: datetime) -> None:
    """Add a signed change to the stock of each item (by primary key). One UPDATE, however many items.

    An item that falls below its threshold is low since `at`; one that was already low keeps its `low_since`; one that
    is no longer low has recovered, and staff are alerted again when it becomes low. The caller must lock the items in
    primary key order, create the movements in the same transaction, and check that no stock falls below 0, or the
    database raises `IntegrityError`.
    """
    if not changes:
        return
    # An UPDATE reads the old value of every column, so the expression for the new stock is repeated where needed.
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
