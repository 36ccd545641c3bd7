from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import transaction
from model_bakery import baker

from concessions.models import ConcessionItem, ConcessionPreorder, StockMovement
from concessions.services import receive, set_cost, write_off
from concessions.services.holds import return_stock, take_stock
from orders.models import Order
from tests.helpers.concession_rows import item

AT = datetime(2026, 11, 5, 18, 30, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def preorders(*lines: tuple[ConcessionItem, int]) -> list[ConcessionPreorder]:
    order = baker.make(Order, cinema=lines[0][0].cinema, created_at=AT, payment_deadline=AT, expires_at=AT)
    rows = [
        ConcessionPreorder(
            order=order, concession_item=of, quantity=quantity, unit_price=100, pickup_code="A", collection_deadline=AT
        )
        for of, quantity in lines
    ]
    return ConcessionPreorder.objects.bulk_create(rows)


def an_item(quantity: int, unit_cost: str | None) -> ConcessionItem:
    made = item(0)
    receive(made, quantity=quantity, unit_cost=unit_cost and Decimal(unit_cost), at=AT)
    return made


def moved(kind: str) -> list[tuple[int, Decimal | None, Decimal | None, bool]]:
    rows = StockMovement.objects.filter(kind=kind).order_by("pk")
    return list(rows.values_list("quantity", "unit_cost", "value", "cost_assumed"))


def worth(of: ConcessionItem) -> tuple[int, Decimal | None, Decimal | None]:
    of.refresh_from_db()
    assert (of.stock_value or 0) == sum(row.value or 0 for row in of.movements.all())
    return of.stock_quantity, of.stock_value, of.average_cost


def test_lines_of_one_item_leave_one_after_the_other(django_assert_num_queries):
    popcorn, water = an_item(2, "3.00"), an_item(5, "1.00")
    receive(popcorn, quantity=1, unit_cost=Decimal("4.00"), at=AT)
    lines = preorders((popcorn, 1), (water, 2), (popcorn, 2))

    with transaction.atomic(), django_assert_num_queries(3):
        take_stock(lines, at=AT)

    assert moved("HOLD") == [
        (-1, Decimal("3.33"), Decimal("-3.33"), False),
        (-2, Decimal("1.00"), Decimal("-2.00"), False),
        (-2, Decimal("3.34"), Decimal("-6.67"), False),
    ]
    assert worth(popcorn) == (0, 0, Decimal("3.34"))
    assert worth(water) == (3, Decimal("3.00"), Decimal("1.00"))


def test_goods_come_back_at_the_cost_at_which_they_left(django_assert_num_queries):
    popcorn, cola = an_item(3, "3.00"), an_item(3, "7.00")
    lines = preorders((popcorn, 2), (cola, 1), (popcorn, 1))
    take_stock(lines, at=AT)
    receive(popcorn, quantity=1, unit_cost=Decimal("50.00"), at=AT)

    with transaction.atomic(), django_assert_num_queries(4):
        return_stock([line.pk for line in lines], at=AT)

    assert moved("RETURN") == [
        (2, Decimal("3.00"), Decimal("6.00"), False),
        (1, Decimal("7.00"), Decimal("7.00"), False),
        (1, Decimal("3.00"), Decimal("3.00"), False),
    ]
    assert worth(popcorn) == (4, Decimal("59.00"), Decimal("14.75"))
    assert worth(cola) == (3, Decimal("21.00"), Decimal("7.00"))


def test_what_was_prepared_is_written_off_at_the_cost_at_which_it_left(django_assert_num_queries):
    popcorn = an_item(3, "3.00")
    wasted, kept = preorders((popcorn, 1), (popcorn, 1))
    take_stock([wasted, kept], at=AT)
    receive(popcorn, quantity=1, unit_cost=Decimal("50.00"), at=AT)

    with transaction.atomic(), django_assert_num_queries(5):
        return_stock([wasted.pk, kept.pk], at=AT, wasted=[wasted.pk])

    assert moved("RETURN") == [(1, Decimal("3.00"), Decimal("3.00"), False)] * 2
    assert moved("WRITE_OFF") == [(-1, Decimal("3.00"), Decimal("-3.00"), False)]
    assert worth(popcorn) == (3, Decimal("56.00"), Decimal("18.67"))


def test_what_left_before_a_cost_was_known_comes_back_at_the_average_and_says_so():
    popcorn, unknown = item(9), item(9)
    wasted, *_others = lines = preorders((popcorn, 2), (popcorn, 1), (unknown, 4))
    take_stock(lines, at=AT)
    assert worth(popcorn) == (6, None, None)
    set_cost(popcorn, unit_cost=Decimal("5.00"), reason="Invoice", at=AT)

    return_stock([line.pk for line in lines], at=AT, wasted=[wasted.pk])

    assert moved("HOLD") == [(-2, None, None, False), (-1, None, None, False), (-4, None, None, False)]
    assert moved("RETURN") == [
        (2, Decimal("5.00"), Decimal("10.00"), True),
        (1, Decimal("5.00"), Decimal("5.00"), True),
        (4, None, None, False),
    ]
    assert moved("WRITE_OFF") == [(-2, Decimal("5.00"), Decimal("-10.00"), True)]
    assert worth(popcorn) == (7, Decimal("35.00"), Decimal("5.00"))
    assert worth(unknown) == (9, None, None)


def test_what_comes_back_to_an_empty_stock_brings_its_cost():
    popcorn = an_item(2, "3.00")
    lines = preorders((popcorn, 1))
    take_stock(lines, at=AT)
    write_off(popcorn, quantity=1, reason="Burnt", at=AT)

    return_stock([line.pk for line in lines], at=AT)

    assert worth(popcorn) == (1, Decimal("3.00"), Decimal("3.00"))


def test_returning_twice_changes_no_value():
    popcorn = an_item(2, "3.00")
    lines = preorders((popcorn, 1))
    take_stock(lines, at=AT)

    for _time in range(2):
        return_stock([line.pk for line in lines], at=AT)

    assert worth(popcorn) == (2, Decimal("6.00"), Decimal("3.00"))
    assert len(moved("RETURN")) == 1
