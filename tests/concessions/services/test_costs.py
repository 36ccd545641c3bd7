from decimal import Decimal
from random import Random

import pytest

from concessions.services.costs import Cost, ValuedStock


def a_stock(quantity: int, value: str | None, average: str | None) -> ValuedStock:
    return ValuedStock(1, "Popcorn", quantity, value and Decimal(value), average and Decimal(average))


def test_the_average_moves_with_each_receipt() -> None:
    stock = a_stock(0, None, None)

    first = stock.put(10, unit_cost=Decimal("30.00"))
    second = stock.put(5, unit_cost=Decimal("36.00"))

    assert first == Cost(Decimal("30.00"), Decimal("300.00"))
    assert second == Cost(Decimal("36.00"), Decimal("180.00"))
    assert stock == a_stock(15, "480.00", "32.00")


def test_the_last_unit_takes_what_is_left_of_the_value() -> None:
    one_by_one, at_once = (a_stock(3, "10.00", "3.33") for _each in range(2))

    taken = [one_by_one.take(1) for _unit in range(3)]

    assert taken == [
        Cost(Decimal("3.33"), Decimal("-3.33")),
        Cost(Decimal("3.34"), Decimal("-3.34")),
        Cost(Decimal("3.33"), Decimal("-3.33")),
    ]
    assert at_once.take(3) == Cost(Decimal("3.33"), Decimal("-10.00"))
    assert one_by_one.value == at_once.value == 0


def test_an_empty_stock_remembers_its_average() -> None:
    stock = a_stock(2, "7.00", "3.50")
    stock.take(2)

    found = stock.put(4)

    assert found == Cost(Decimal("3.50"), Decimal("14.00"), cost_assumed=True)
    assert stock == a_stock(4, "14.00", "3.50")


def test_goods_that_cost_nothing_have_a_cost() -> None:
    stock = a_stock(1, "4.00", "4.00")

    assert stock.put(3, unit_cost=Decimal("0.00")) == Cost(Decimal("0.00"), Decimal("0.00"))
    assert stock == a_stock(4, "4.00", "1.00")


def test_goods_of_an_unknown_cost_count_at_the_exact_average() -> None:
    stock = a_stock(3, "10.00", "3.33")

    assert stock.put(3) == Cost(Decimal("3.33"), Decimal("10.00"), cost_assumed=True)
    assert stock == a_stock(6, "20.00", "3.33")


def test_a_stock_of_an_unknown_cost_stays_unknown_until_it_is_empty() -> None:
    stock = a_stock(5, None, None)

    assert stock.take(1) == Cost(None, None)
    assert stock.put(2) == Cost(None, None)
    assert stock.put(2, unit_cost=Decimal("9.00")) == Cost(Decimal("9.00"), None)
    assert stock == a_stock(8, None, None)

    stock.take(8)
    stock.put(2, unit_cost=Decimal("9.00"))
    assert stock == a_stock(2, "18.00", "9.00")


def test_what_comes_back_brings_the_value_with_which_it_left() -> None:
    stock = a_stock(3, "10.00", "3.33")
    taken = stock.take(2)
    stock.put(9, unit_cost=Decimal("50.00"))

    back = stock.put(2, value=-taken.value)

    assert back.value == Decimal("6.67")
    assert stock == a_stock(12, "460.00", "38.33")


def test_a_correction_changes_the_value_of_what_is_in_stock() -> None:
    unknown, known = a_stock(4, None, None), a_stock(4, "10.00", "2.50")

    assert unknown.revalue(Decimal("3.00")) == Cost(Decimal("3.00"), Decimal("12.00"))
    assert known.revalue(Decimal("2.00")) == Cost(Decimal("2.00"), Decimal("-2.00"))
    assert (unknown, known) == (a_stock(4, "12.00", "3.00"), a_stock(4, "8.00", "2.00"))


@pytest.mark.parametrize("seed", range(20))
def test_nothing_drifts_in_a_long_history(seed: int) -> None:
    random = Random(seed)
    stock, received, left, held = a_stock(0, None, None), Decimal(0), Decimal(0), []
    stock.put(7, unit_cost=Decimal("0.99"))
    received += 7 * Decimal("0.99")

    for _step in range(3000):
        choice = random.random()
        if choice < 0.3:
            received += stock.put(random.randint(1, 9), unit_cost=Decimal(random.randint(0, 9999)).scaleb(-2)).value
        elif choice < 0.4:
            received += stock.put(random.randint(1, 9)).value
        elif choice < 0.8 and stock.quantity:
            quantity = random.randint(1, stock.quantity)
            held.append((quantity, stock.take(quantity).value))
            left -= held[-1][1]
        elif held:
            quantity, value = held.pop(random.randrange(len(held)))
            stock.put(quantity, value=-value)
            left += value
        assert received == stock.value + left
        assert stock.value >= 0
        assert stock.quantity or stock.value == 0
        assert not stock.quantity or abs(stock.average * stock.quantity - stock.value) <= stock.quantity * Decimal(
            "0.005"
        )

    stock.put(1)
    stock.take(stock.quantity)
    assert stock.value == 0
