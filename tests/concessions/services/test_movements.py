from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from concessions.services import movements
from tests.helpers.concession_rows import item

AT = datetime(2026, 11, 5, 18, 30, tzinfo=UTC)
EARLIER = AT - timedelta(days=2)

pytestmark = pytest.mark.django_db


def test_each_item_changes_by_its_own_quantity_in_one_query(django_assert_num_queries):
    popcorn, cola, water = item(50), item(60), item(70)

    with django_assert_num_queries(1):
        movements.apply({popcorn.pk: -3, cola.pk: 7}, at=AT)

    for one in (popcorn, cola, water):
        one.refresh_from_db()
    assert [popcorn.stock_quantity, cola.stock_quantity, water.stock_quantity] == [47, 67, 70]


def test_no_changes_cost_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        movements.apply({}, at=AT)


def test_a_change_below_the_threshold_sets_low_since():
    popcorn = item(21)

    movements.apply({popcorn.pk: -2}, at=AT)

    popcorn.refresh_from_db()
    assert popcorn.is_low
    assert popcorn.low_since == AT


def test_an_item_at_its_threshold_is_not_low():
    popcorn = item(21)

    movements.apply({popcorn.pk: -1}, at=AT)

    popcorn.refresh_from_db()
    assert not popcorn.is_low
    assert popcorn.low_since is None


def test_an_item_that_is_already_low_keeps_low_since_and_its_alert():
    popcorn = item(10, low_since=EARLIER, low_alerted_at=EARLIER)

    movements.apply({popcorn.pk: -1}, at=AT)

    popcorn.refresh_from_db()
    assert popcorn.low_since == EARLIER
    assert popcorn.low_alerted_at == EARLIER


def test_an_item_that_recovers_clears_low_since_and_its_alert():
    popcorn = item(10, low_since=EARLIER, low_alerted_at=EARLIER)

    movements.apply({popcorn.pk: 10}, at=AT)

    popcorn.refresh_from_db()
    assert popcorn.low_since is None
    assert popcorn.low_alerted_at is None


def test_the_database_refuses_a_stock_below_zero_and_changes_nothing():
    popcorn, cola = item(5), item(60)

    with pytest.raises(IntegrityError), transaction.atomic():
        movements.apply({popcorn.pk: -6, cola.pk: -1}, at=AT)

    popcorn.refresh_from_db()
    cola.refresh_from_db()
    assert [popcorn.stock_quantity, cola.stock_quantity] == [5, 60]
