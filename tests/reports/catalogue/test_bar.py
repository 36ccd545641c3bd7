from datetime import date, timedelta
from decimal import Decimal

import pytest

from concessions.services import count, receive, write_off
from reports.catalogue.bar import bar, bought_together, losses
from reports.reading import Period
from screenings.models import Cinema
from tests.helpers.factories import NOON, a_cinema, a_hall, a_paid_order, a_session, an_item

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 5)


@pytest.fixture
def cinema() -> Cinema:
    return a_cinema()


def period(cinema: Cinema) -> Period:
    return Period([cinema], TODAY - timedelta(days=6), TODAY, NOON + timedelta(hours=4))


def test_the_margin_is_what_is_left_of_the_takings_after_vat_and_cost(cinema):
    popcorn = an_item(cinema, stock=0, price=Decimal("122.00"))
    receive(popcorn, quantity=10, unit_cost=Decimal("30.00"), at=NOON)
    a_paid_order(a_session(a_hall(cinema), start=NOON + timedelta(hours=1)), snacks=[(popcorn, 2)])

    whole, items = bar(period(cinema), with_costs=True)

    [row] = items.rows
    assert (row["bar_takings"], row["vat"], row["cost"], row["margin"]) == (244, 44, 60, 140)
    assert (row["margin_rate"], row["in_stock"], row["days_of_stock"]) == (70, 8, 28)
    [of_bar] = whole.rows
    assert (of_bar["strike_rate"], of_bar["spend_per_head"]) == (100, 244)
    assert whole.notes == []


def test_units_of_unknown_cost_are_named(cinema):
    a_paid_order(snacks=[(an_item(cinema, cost=None), 3)])

    whole, _items = bar(period(cinema), with_costs=True)

    assert whole.notes == ["The cost of 3 units is not known. Enter it when goods are received."]


def test_losses_are_valued_at_cost(cinema):
    popcorn = an_item(cinema, stock=0)
    receive(popcorn, quantity=10, unit_cost=Decimal("30.00"), at=NOON)
    write_off(popcorn, quantity=1, reason="Spilt", at=NOON)
    count(popcorn, on_shelf=7, reason="Counted twice", at=NOON)

    [row] = losses(period(cinema), with_costs=True).rows

    assert (row["written_off"], row["written_off_value"], row["shrinkage"], row["shrinkage_value"]) == (1, 30, 2, 60)


def test_pairs_are_counted_by_order(cinema):
    popcorn, cola, water = an_item(cinema), an_item(cinema), an_item(cinema)
    for snacks in ([(popcorn, 1), (cola, 2)], [(popcorn, 1), (cola, 1)], [(popcorn, 1), (water, 1)]):
        a_paid_order(snacks=snacks)

    assert pairs(cinema) == [2, 1]


def test_pairs_are_those_of_the_last_days_of_a_busy_bar(cinema, monkeypatch):
    popcorn, cola = an_item(cinema), an_item(cinema)
    for days in (3, 1, 0):
        a_paid_order(snacks=[(popcorn, 1), (cola, 1)], at=NOON - timedelta(days=days))

    assert pairs(cinema) == [3]
    monkeypatch.setattr("reports.catalogue.bar.UNITS_FOR_PAIRS", 1)
    assert pairs(cinema) == [2]


def pairs(cinema: Cinema) -> list[int]:
    """The orders of each pair."""
    _whole, items = bar(period(cinema), with_costs=False)
    return [row["orders"] for row in bought_together(period(cinema), items).rows]


def test_without_the_right_to_see_costs_no_column_tells_them(cinema):
    a_paid_order(snacks=[(an_item(cinema), 3)])
    of_costs = {"cost", "margin", "margin_rate", "written_off_value", "shrinkage_value"}

    whole, items = bar(period(cinema), with_costs=False)
    lost = losses(period(cinema), with_costs=False)

    assert not of_costs & {column.key for table in (whole, items, lost) for column in table.columns}
    assert whole.notes == []
