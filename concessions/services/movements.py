"""Applies changes to the stock of items and its value; the only code that changes a stock."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, DateTimeField, F, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThan

from cinema.db_functions import PerRowDelta
from cinema.money import MoneyField
from concessions.models import ConcessionItem
from concessions.services.costs import ValuedStock


def apply(changes: Mapping[int, int], *, valued: Iterable[ValuedStock] = (), at: datetime) -> None:
    """Add a signed change to the stock of each item (by primary key). One UPDATE, however many items.

    `valued` are the stocks of these items after the change: those with a known value get it, the others keep theirs.
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
    valued = list(valued)
    ConcessionItem.objects.filter(pk__in=list(changes)).update(
        stock_quantity=stock,
        **_per_row("stock_value", {each.pk: each.value for each in valued}),
        **_per_row("average_cost", {each.pk: each.average for each in valued}),
        low_since=Case(
            When(is_low, then=Coalesce("low_since", Value(at, DateTimeField()))),
            default=None,
            output_field=DateTimeField(),
        ),
        low_alerted_at=Case(When(is_low, then="low_alerted_at"), default=None, output_field=DateTimeField()),
    )


def _per_row(name: str, amounts: Mapping[int, Decimal | None]) -> dict[str, Any]:
    money = MoneyField()
    stored = {key: money.get_prep_value(amount) for key, amount in amounts.items() if amount is not None}
    return {name: Coalesce(PerRowDelta(stored, money), name, output_field=money)} if stored else {}
