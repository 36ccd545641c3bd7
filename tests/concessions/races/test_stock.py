"""Simultaneous changes of one item's stock. Not on SQLite, where only one transaction writes at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connections
from django.db.models import Sum

from concessions.errors import OutOfStock
from concessions.models import ConcessionItem
from concessions.services import movements, receive, stock, write_off
from tests.helpers.concession_rows import item

AT = datetime(2026, 11, 5, 18, 30, tzinfo=UTC)
TIMES = 12

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def run_simultaneously(action, of):
    """Run the action on the item in twelve threads at once; returns what each returned or raised."""

    def attempt(_person):
        try:
            return action(ConcessionItem.objects.get(pk=of.pk))
        except OutOfStock as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TIMES) as pool:
        return list(pool.map(attempt, range(TIMES)))


def totals(of):
    of.refresh_from_db()
    return of.stock_quantity, of.movements.aggregate(sum=Sum("quantity"))["sum"]


def test_simultaneous_receipts_lose_no_unit():
    popcorn = item(5)

    run_simultaneously(lambda mine: receive(mine, quantity=3, at=AT), popcorn)

    assert totals(popcorn) == (5 + 3 * TIMES, 5 + 3 * TIMES)


def test_simultaneous_receipts_and_write_offs_lose_no_kopeck():
    popcorn = item(0)
    receive(popcorn, quantity=7, unit_cost=Decimal("3.33"), at=AT)
    receive(popcorn, quantity=20, unit_cost=Decimal("1.00"), at=AT)

    def exchange(mine):
        receive(mine, quantity=3, unit_cost=Decimal("4.49"), at=AT)
        write_off(mine, quantity=2, reason="Burnt", at=AT)

    run_simultaneously(exchange, popcorn)

    assert totals(popcorn) == (27 + TIMES, 27 + TIMES)
    assert popcorn.stock_value == popcorn.movements.aggregate(sum=Sum("value"))["sum"]
    write_off(popcorn, quantity=27 + TIMES, reason="Flood", at=AT)
    assert popcorn.stock_value == 0


def test_simultaneous_write_offs_never_exceed_the_stock():
    popcorn = item(5)

    results = run_simultaneously(lambda mine: write_off(mine, quantity=2, reason="Burnt", at=AT), popcorn)

    assert sum(isinstance(one, OutOfStock) for one in results) == TIMES - 2
    assert totals(popcorn) == (1, 1)


def test_without_the_lock_simultaneous_receipts_lose_units(monkeypatch):
    def write_what_was_read(changes, *, valued, at):
        for key, change in changes.items():
            ConcessionItem.objects.filter(pk=key).update(stock_quantity=read[key] + change)

    monkeypatch.setattr(stock, "_lock", lambda item: None)
    monkeypatch.setattr(movements, "apply", write_what_was_read)
    popcorn = item(5)
    read = {popcorn.pk: 5}

    run_simultaneously(lambda mine: receive(mine, quantity=3, at=AT), popcorn)

    in_stock, moved = totals(popcorn)
    assert in_stock < moved
