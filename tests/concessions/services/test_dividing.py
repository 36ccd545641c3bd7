"""A line of snacks becomes two, and in sum nothing changes."""

from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum

from concessions.models import ConcessionItem, ConcessionPreorder, StockMovement
from concessions.services import divide
from concessions.services.holds import return_stock
from tests.helpers.factories import NOON, a_promocode, an_item, an_order
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db


def divided(line: ConcessionPreorder, *, kept: int) -> ConcessionPreorder:
    with transaction.atomic():
        return divide(line, kept=kept, at=NOON)


def shares(line: ConcessionPreorder) -> tuple[int, Decimal, Decimal]:
    return line.quantity, line.discount_share, line.paid


def held(line: ConcessionPreorder) -> list[tuple[int, int, Decimal | None]]:
    now = line.movements.filter(kind=StockMovement.Kind.HOLD, reversed_by__isnull=True)
    return list(now.order_by("pk").values_list("concession_item", "quantity", "value"))


def test_the_price_the_discount_and_the_stock_stay_the_same_in_sum():
    popcorn = an_item(price=Decimal("33.33"), cost=Decimal("10.01"))
    order = an_order(snacks=[(popcorn, 3)], promocode=a_promocode(discount_amount=Decimal("10.00")))
    line = order.preorders.get()
    before, stock = shares(line), ConcessionItem.objects.values().get(pk=popcorn.pk)

    rest = divided(line, kept=1)

    line.refresh_from_db()
    assert tuple(map(sum, zip(shares(line), shares(rest), strict=True))) == before
    assert [line.quantity, rest.quantity] == [1, 2]
    assert held(line) == [(popcorn.pk, -1, Decimal("-10.01"))]
    assert held(rest) == [(popcorn.pk, -2, Decimal("-20.02"))]
    assert (rest.order, rest.status, rest.pickup_code) == (order, line.status, line.pickup_code)
    assert ConcessionItem.objects.values().get(pk=popcorn.pk) == stock
    assert invariant_violations() == []


def test_what_is_free_by_discount_and_points_has_no_negative_part():
    popcorn = an_item(price=Decimal("1.00"))
    line = an_order(snacks=[(popcorn, 3)]).preorders.get()
    line.discount_share, line.bonus_share = Decimal("1.00"), Decimal("2.00")

    rest = divided(line, kept=1)

    assert [line.paid, rest.paid] == [0, 0]


def test_goods_of_an_unknown_cost_stay_so():
    popcorn = an_item(cost=None)
    line = an_order(snacks=[(popcorn, 2)]).preorders.get()

    rest = divided(line, kept=1)

    assert [*held(line), *held(rest)] == [(popcorn.pk, -1, None), (popcorn.pk, -1, None)]


def test_each_part_gives_back_what_it_holds():
    popcorn = an_item(stock=10)
    line = an_order(snacks=[(popcorn, 5)]).preorders.get()
    divided(line, kept=2)

    with transaction.atomic():
        return_stock([line.pk], at=NOON)

    popcorn.refresh_from_db()
    assert popcorn.stock_quantity == 7
    assert popcorn.movements.aggregate(sum=Sum("quantity"))["sum"] == 7
    assert invariant_violations() == []
