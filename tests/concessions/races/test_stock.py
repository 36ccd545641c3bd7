"""Two people at the bar act on one item at once. On SQLite writers queue, so there is nothing to race."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

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


def at_once(action, of):
    """What the action, done to the item by twelve people at once, returned or was refused with."""

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


def test_people_who_receive_at_once_lose_no_unit():
    popcorn = item(5)

    at_once(lambda mine: receive(mine, quantity=3, at=AT), popcorn)

    assert totals(popcorn) == (5 + 3 * TIMES, 5 + 3 * TIMES)


def test_people_who_write_off_at_once_never_take_what_is_not_there():
    popcorn = item(5)

    results = at_once(lambda mine: write_off(mine, quantity=2, reason="Burnt", at=AT), popcorn)

    assert sum(isinstance(one, OutOfStock) for one in results) == TIMES - 2
    assert totals(popcorn) == (1, 1)


def test_units_are_lost_when_the_stock_is_written_as_it_was_read(monkeypatch):
    def write_what_was_read(changes, *, at):
        for key, change in changes.items():
            ConcessionItem.objects.filter(pk=key).update(stock_quantity=read[key] + change)

    monkeypatch.setattr(stock, "_lock", lambda item: None)
    monkeypatch.setattr(movements, "apply", write_what_was_read)
    popcorn = item(5)
    read = {popcorn.pk: 5}

    at_once(lambda mine: receive(mine, quantity=3, at=AT), popcorn)

    in_stock, moved = totals(popcorn)
    assert in_stock < moved
