"""Two customers order the last portion of what is made, one returns a combo while another buys its parts, and an order
is killed: units of ingredients are taken and returned exactly, in every interleaving. Negative control: without row
locks they are not."""

import pytest

from concessions.errors import OutOfStock
from concessions.models import ConcessionItem, ItemPart, StockMovement
from concessions.services import receive
from orders.models import Order
from orders.services import cancel
from tests.helpers.factories import a_cinema, an_order
from tests.reliability.crash_injection import count_crash_points, run_and_kill
from tests.reliability.db_snapshot import restore_snapshot
from tests.reliability.interleaving import Action, every_schedule, without_row_locks
from tests.reliability.run_job import invariant_violations
from tests.reliability.scenario import AT, MINUTE

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("empty_database")]

Kind = ConcessionItem.Kind


def a_bar() -> None:
    """Corn and cups for two portions of popcorn, of which an unpaid order has one in a combo with a cola."""
    cinema = a_cinema()
    corn, cup, cola = (
        ConcessionItem.objects.create(cinema=cinema, name=name, kind=kind, price=100, max_stock_quantity=1000)
        for name, kind in (("Corn", Kind.INGREDIENT), ("Cup", Kind.GOODS), ("Cola", Kind.GOODS))
    )
    for item, stock in ((corn, 160), (cup, 9), (cola, 9)):
        receive(item, quantity=stock, at=AT - MINUTE)
    combo, popcorn = (
        ConcessionItem.objects.create(cinema=cinema, name=name, kind=kind, price=300, low_stock_percent=0)
        for name, kind in (("Evening", Kind.COMBO), ("Popcorn", Kind.MADE))
    )
    for whole, part, units in ((popcorn, cup, 1), (popcorn, corn, 80), (combo, cola, 1), (combo, popcorn, 1)):
        ItemPart.objects.create(whole=whole, part=part, units=units)
    an_order(snacks=[(combo, 1)], at=AT - MINUTE)


def buy() -> Order:
    return an_order(snacks=[(ConcessionItem.objects.select_related("cinema").get(name="Popcorn"), 1)], at=AT)


def buy_a_combo() -> Order:
    return an_order(snacks=[(ConcessionItem.objects.select_related("cinema").get(name="Evening"), 1)], at=AT)


def return_the_combo() -> None:
    cancel(Order.objects.order_by("pk")[:1], reason="STAFF", at=AT)


def stocks() -> tuple[int, ...]:
    return tuple(ConcessionItem.objects.order_by("pk").values_list("stock_quantity", flat=True)[:3])


def ends(first: Action, second: Action) -> set[tuple[object, ...]]:
    """The stock of corn, cups and colas, the refusals, and broken invariants, over all schedules."""
    found = set()
    for schedule in every_schedule(first, second, restore_snapshot=lambda: restore_snapshot(a_bar)):
        errors = [type(each) for each in (schedule.first, schedule.second) if isinstance(each, Exception)]
        found.add((*stocks(), *errors, *invariant_violations()))
    return found


@pytest.mark.postgres
def test_the_last_portion_is_sold_once() -> None:
    assert ends(buy, buy_a_combo) <= {(0, 7, 8, OutOfStock), (0, 7, 7, OutOfStock)}


@pytest.mark.postgres
def test_a_combo_comes_back_while_a_portion_is_bought() -> None:
    assert ends(return_the_combo, buy) | ends(buy, return_the_combo) == {(80, 8, 9)}


@pytest.mark.postgres
def test_without_row_locks_a_portion_is_taken_from_nothing() -> None:
    with without_row_locks():
        assert not ends(buy, buy_a_combo) <= {(0, 7, 8, OutOfStock), (0, 7, 7, OutOfStock)}


def test_an_order_of_a_combo_that_is_killed_took_all_of_it_or_nothing() -> None:
    restore_snapshot(a_bar)
    points = count_crash_points(buy_a_combo)
    undisturbed = stocks(), StockMovement.objects.count()

    found = set()
    for point in range(1, points + 1, max(1, points // 8)):
        restore_snapshot(a_bar)
        run_and_kill(buy_a_combo, at_point=point)
        if Order.objects.count() == 1:
            buy_a_combo()
        found.add((stocks(), StockMovement.objects.count()))

    assert found == {undisturbed}
    assert invariant_violations() == []
