"""Portions made of ingredients, and combos, from the hold to what comes back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from boxoffice.services.ran_out import waiting_for
from concessions.errors import NotStocked, OutOfStock
from concessions.models import ConcessionItem, ConcessionPreorder, ItemPart, StockMovement
from concessions.services import available, count, receive, reserved_on_shelf, set_cost, write_off
from concessions.services.recipes import parts_of, priced_pieces, units_of
from orders.models import Order, RefundLine
from orders.services import cancel, make_ready, refund
from screenings.models import Cinema
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db

Kind = ConcessionItem.Kind
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def cinema() -> Cinema:
    return factories.a_cinema()


def an_item(cinema: Cinema, name: str, kind: str, *, stock: int = 0, price: int = 0, cost: str = "") -> ConcessionItem:
    fields: dict[str, Any] = {"cinema": cinema, "name": name, "kind": kind, "price": Decimal(price)}
    item = ConcessionItem(**fields, max_stock_quantity=2000, made_to_order=kind == Kind.MADE)
    item.clean()
    item.save()
    if stock:
        receive(item, quantity=stock, unit_cost=Decimal(cost) if cost else None, at=NOON)
    return item


def made_of(whole: ConcessionItem, *parts: tuple[ConcessionItem, int]) -> ConcessionItem:
    for part, units in parts:
        ItemPart.objects.create(whole=whole, part=part, units=units)
    return whole


@pytest.fixture
def corn(cinema: Cinema) -> ConcessionItem:
    return an_item(cinema, "Corn", Kind.INGREDIENT, stock=1000, cost="0.10")


@pytest.fixture
def cup(cinema: Cinema) -> ConcessionItem:
    return an_item(cinema, "Cup", Kind.GOODS, stock=100, cost="5.00")


@pytest.fixture
def cola(cinema: Cinema) -> ConcessionItem:
    return an_item(cinema, "Cola", Kind.GOODS, stock=30, price=200, cost="40.00")


@pytest.fixture
def popcorn(cinema: Cinema, corn: ConcessionItem, cup: ConcessionItem) -> ConcessionItem:
    return made_of(an_item(cinema, "Popcorn", Kind.MADE, price=300), (corn, 80), (cup, 1))


@pytest.fixture
def evening(cinema: Cinema, popcorn: ConcessionItem, cola: ConcessionItem) -> ConcessionItem:
    return made_of(an_item(cinema, "Evening", Kind.COMBO, price=500), (popcorn, 1), (cola, 2))


def stocks(*items: ConcessionItem) -> list[int]:
    return [ConcessionItem.objects.get(pk=item.pk).stock_quantity for item in items]


def an_order(item: ConcessionItem, quantity: int = 1) -> Order:
    return factories.a_paid_order(snacks=[(ConcessionItem.objects.get(pk=item.pk), quantity)])


def test_a_portion_takes_units_of_every_ingredient_and_what_they_cost(
    corn: ConcessionItem, cup: ConcessionItem, popcorn: ConcessionItem
) -> None:
    order = an_order(popcorn, 3)

    assert stocks(corn, cup, popcorn) == [760, 97, 0]
    moved = StockMovement.objects.filter(preorder__order=order).order_by("concession_item")
    assert [(each.concession_item, each.quantity, each.value) for each in moved] == [
        (corn, -240, Decimal("-24.00")),
        (cup, -3, Decimal("-15.00")),
    ]


def test_what_comes_back_are_those_very_units_whatever_the_recipe_says_today(
    corn: ConcessionItem, cup: ConcessionItem, popcorn: ConcessionItem
) -> None:
    order = an_order(popcorn, 2)
    ItemPart.objects.filter(part=corn).update(units=200)

    refund(order, reason="Ill", at=LATER)

    assert stocks(corn, cup) == [1000, 100]
    assert ConcessionItem.objects.get(pk=corn.pk).stock_value == Decimal("100.00")


def test_what_was_prepared_is_waste_of_its_ingredients(
    corn: ConcessionItem, cup: ConcessionItem, popcorn: ConcessionItem
) -> None:
    order = an_order(popcorn)
    make_ready(order.preorders.get(), at=NOON)

    refund(order, reason="Ill", at=LATER)

    assert stocks(corn, cup) == [920, 99]
    lost = StockMovement.objects.filter(kind=StockMovement.Kind.WRITE_OFF).order_by("concession_item")
    assert [(each.concession_item, each.quantity) for each in lost] == [(corn, -80), (cup, -1)]


def test_a_portion_is_refused_by_its_own_name_when_an_ingredient_is_short_and_nothing_is_taken(
    corn: ConcessionItem, cup: ConcessionItem, popcorn: ConcessionItem
) -> None:
    with pytest.raises(OutOfStock) as refused:
        an_order(popcorn, 13)

    assert refused.value.items == ["Popcorn"]
    assert stocks(corn, cup) == [1000, 100]
    assert not Order.objects.exists()


def test_nothing_is_made_without_a_recipe_or_of_what_is_off_sale(
    cinema: Cinema, corn: ConcessionItem, popcorn: ConcessionItem
) -> None:
    empty = an_item(cinema, "Soup", Kind.MADE, price=100)
    ConcessionItem.objects.filter(pk=corn.pk).update(is_active=False)

    for item in (empty, popcorn):
        with pytest.raises(OutOfStock):
            an_order(item)
    assert available([empty, popcorn]) == {empty.pk: 0, popcorn.pk: 0}


def test_an_ingredient_is_not_sold_by_itself(corn: ConcessionItem) -> None:
    assert corn not in ConcessionItem.objects.on_sale()
    with pytest.raises(Exception, match="isn’t on sale"):
        an_order(corn)


def test_a_combo_is_a_line_for_each_item_whose_prices_add_up_and_is_refunded_by_line(
    corn: ConcessionItem, cola: ConcessionItem, evening: ConcessionItem
) -> None:
    order = an_order(evening, 3)

    lines = list(order.preorders.order_by("pk"))
    assert {
        str(each.concession_item): (each.quantity, each.unit_price, each.combo, each.combo_quantity) for each in lines
    } == {
        "Cola": (6, Decimal("142.86"), evening, 3),
        "Popcorn": (3, Decimal("214.28"), evening, 3),
    }
    assert [each.title for each in lines if each.quantity == 6] == ["Cola (Evening)"]
    assert order.final_amount == Decimal(1500)
    assert stocks(corn, cola) == [760, 24]

    refund(order, lines=[line for line in lines if line.concession_item == cola], reason="Ill", at=LATER)

    assert stocks(corn, cola) == [760, 30]
    assert RefundLine.objects.get().amount == 6 * Decimal("142.86")
    assert invariant_violations() == []


def test_a_price_that_does_not_divide_is_split_to_the_kopeck(cinema: Cinema, cola: ConcessionItem) -> None:
    combo = made_of(an_item(cinema, "Three colas", Kind.COMBO, price=500), (cola, 3))

    pieces = priced_pieces(combo, parts_of([combo]))

    assert pieces == [(cola, 2, Decimal("166.67")), (cola, 1, Decimal("166.66"))]


def test_how_many_can_be_sold_follows_from_the_shelf(
    corn: ConcessionItem, cola: ConcessionItem, popcorn: ConcessionItem, evening: ConcessionItem
) -> None:
    items = list(ConcessionItem.objects.filter(pk__in=[cola.pk, popcorn.pk, evening.pk]))

    with CaptureQueriesContext(connection) as queries:
        found = available(items)

    assert found == {cola.pk: 30, popcorn.pk: 12, evening.pk: 12}
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        available([cola])
    assert len(queries) == 0


def test_goods_alone_cost_no_query_more_and_a_portion_one(cola: ConcessionItem, popcorn: ConcessionItem) -> None:
    counted = []
    for item in (cola, popcorn):
        row = ConcessionItem.objects.select_related("cinema").get(pk=item.pk)
        with CaptureQueriesContext(connection) as queries:
            factories.an_order(snacks=[(row, 1)])
        counted.append(len(queries))

    assert counted[1] == counted[0] + 1


def test_a_count_of_ingredients_includes_what_waits_to_be_made(
    corn: ConcessionItem, cup: ConcessionItem, popcorn: ConcessionItem
) -> None:
    order = an_order(popcorn, 2)
    assert [reserved_on_shelf(corn), reserved_on_shelf(cup)] == [160, 2]

    assert count(corn, on_shelf=1000, at=LATER) is None
    make_ready(order.preorders.get(), at=NOON)
    assert reserved_on_shelf(corn) == 0


def test_a_portion_is_written_off_as_its_ingredients_and_has_no_stock_of_its_own(
    corn: ConcessionItem, cup: ConcessionItem, popcorn: ConcessionItem, evening: ConcessionItem
) -> None:
    write_off(popcorn, quantity=2, reason="Dropped", at=LATER)

    assert stocks(corn, cup) == [840, 98]
    with pytest.raises(OutOfStock):
        write_off(popcorn, quantity=11, reason="Dropped", at=LATER)
    for refused in (
        lambda: receive(popcorn, quantity=1, at=LATER),
        lambda: count(popcorn, on_shelf=1, at=LATER),
        lambda: set_cost(popcorn, unit_cost=Decimal(1), reason="x", at=LATER),
        lambda: write_off(evening, quantity=1, reason="Dropped", at=LATER),
    ):
        with pytest.raises(NotStocked):
            refused()
    assert not popcorn.is_low
    with pytest.raises(IntegrityError), transaction.atomic():
        ConcessionItem.objects.filter(pk=popcorn.pk).update(stock_quantity=1)


def test_a_cancelled_order_returns_a_combo_in_full(
    corn: ConcessionItem, cup: ConcessionItem, cola: ConcessionItem, evening: ConcessionItem
) -> None:
    order = factories.an_order(snacks=[(ConcessionItem.objects.get(pk=evening.pk), 2)])

    cancel([order], reason="STAFF", at=LATER)

    assert stocks(corn, cup, cola) == [1000, 100, 30]


def test_a_recipe_is_of_the_same_cinema_and_of_what_it_may_hold(
    corn: ConcessionItem, cola: ConcessionItem, popcorn: ConcessionItem, evening: ConcessionItem
) -> None:
    foreign = an_item(factories.a_cinema(), "Corn", Kind.INGREDIENT)

    for whole, part in ((popcorn, foreign), (evening, corn), (popcorn, evening), (cola, corn)):
        with pytest.raises(ValidationError):
            ItemPart(whole=whole, part=part, units=1).clean()
    assert units_of(evening, parts_of([evening])).keys() == {corn.pk, cola.pk, *units_of(popcorn, parts_of([popcorn]))}


def test_what_waits_for_an_ingredient_are_the_portions_of_it(corn: ConcessionItem, evening: ConcessionItem) -> None:
    order = an_order(evening)

    assert [str(each.concession_item) for each in waiting_for(corn, at=NOON)] == ["Popcorn"]
    assert waiting_for(evening, at=NOON) == list(ConcessionPreorder.objects.filter(order=order).order_by("pk"))
