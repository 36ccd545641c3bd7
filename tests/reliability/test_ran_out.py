"""What ran out is replaced while a guest gives it back, the bar prepares it, somebody buys the last of the substitute,
or a colleague replaces it too, in every interleaving, or while the process is killed: each line is one thing, and each
unit of stock is where its line says. Negative control: without row locks some schedule ends otherwise."""

from collections.abc import Iterator

import pytest

from accounts.models import User
from boxoffice.errors import NotASubstitute
from boxoffice.services import bar, ran_out
from cinema.status import Refused
from concessions.models import ConcessionItem, ConcessionPreorder
from orders.models import Order, OrderChange
from orders.services import refund
from payments.models import Refund
from tests.helpers.factories import a_cinema, a_hall, a_paid_order, a_session, an_item, an_order
from tests.helpers.users import someone
from tests.reliability.crash_injection import count_crash_points, run_and_kill
from tests.reliability.db_snapshot import restore_snapshot
from tests.reliability.interleaving import Action, every_schedule, without_row_locks
from tests.reliability.run_job import invariant_violations
from tests.reliability.scenario import AT, MINUTE

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("empty_database")]


def a_bar_that_ran_out() -> None:
    """Two units of the first item wait in a paid order; two of the second are left."""
    cinema = a_cinema()
    nachos, _chips = an_item(cinema, stock=5), an_item(cinema, stock=2)
    someone("floor_manager", cinema)
    a_paid_order(a_session(a_hall(cinema), start=AT + 20 * MINUTE), snacks=[(nachos, 2)], at=AT - MINUTE)


def items() -> tuple[ConcessionItem, ConcessionItem]:
    nachos, chips = ConcessionItem.objects.select_related("cinema").order_by("pk")
    return nachos, chips


def replace() -> None:
    nachos, chips = items()
    _done, refused = ran_out.substitute(nachos, by=chips, at=AT, actor=User.objects.get())
    for _order, why in refused:
        raise why


def give_back() -> None:
    order = Order.objects.order_by("pk")[0]
    refund(order, lines=list(order.preorders.all()), reason="Changed my mind", at=AT, actor=User.objects.get())


def prepare() -> None:
    bar.prepare(Order.objects.order_by("pk")[0], at=AT, actor=User.objects.get())


def buy_the_last() -> None:
    an_order(snacks=[(items()[1], 1)], at=AT)


def end() -> tuple[object, ...]:
    """The stock of both items, what the line is, how it stands, how often it was replaced and refunded."""
    line = ConcessionPreorder.objects.order_by("pk")[0]
    stocks = ConcessionItem.objects.order_by("pk").values_list("stock_quantity", flat=True)
    was = "chips" if line.instead_of_id else "nachos"
    return (*stocks, was, str(line.status), OrderChange.objects.count(), Refund.objects.count())


def ends(first: Action, second: Action) -> Iterator[tuple[object, ...]]:
    for schedule in every_schedule(first, second, restore_snapshot=lambda: restore_snapshot(a_bar_that_ran_out)):
        errors = [each for each in (schedule.first, schedule.second) if isinstance(each, Exception)]
        wrong = [repr(each) for each in errors if not isinstance(each, Refused)]
        yield (*end(), *wrong, *invariant_violations())


REPLACED = (5, 0, "chips", "PENDING", 1, 0)
RACES: list[tuple[Action, Action, set[tuple[object, ...]]]] = [
    (replace, replace, {REPLACED}),
    # Given back before, it is nobody's to replace; given back after it, the substitute returns to the stock.
    (replace, give_back, {(5, 2, "nachos", "AVAILABLE", 0, 1), (5, 2, "chips", "AVAILABLE", 1, 1)}),
    (replace, prepare, {(3, 2, "nachos", "READY", 0, 0), (5, 0, "chips", "READY", 1, 0)}),
    (replace, buy_the_last, {REPLACED, (3, 1, "nachos", "PENDING", 0, 0)}),
]
every_race = pytest.mark.parametrize("race", RACES, ids=[f"replace-{second.__name__}" for _first, second, _e in RACES])


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.postgres
@every_race
def test_what_ran_out_is_replaced_once_or_not_at_all(race: tuple[Action, Action, set[tuple[object, ...]]]) -> None:
    first, second, expected = race
    assert set(ends(first, second)) <= expected


@pytest.mark.postgres
def test_without_row_locks_some_schedule_ends_otherwise() -> None:
    with without_row_locks():
        found = {each for first, second, _expected in RACES for each in ends(first, second)}
    assert found - set().union(*(expected for _first, _second, expected in RACES))


def test_a_replacement_that_is_killed_is_done_wholly_or_not_at_all() -> None:
    restore_snapshot(a_bar_that_ran_out)
    before = end()
    points = count_crash_points(replace)
    assert end() == REPLACED

    found = set()
    for point in range(1, points + 1, max(1, points // 8)):
        restore_snapshot(a_bar_that_ran_out)
        run_and_kill(replace, at_point=point)
        found.add(end())
        try:
            replace()  # pressed again
        except NotASubstitute:
            assert end() == REPLACED
        assert (end(), invariant_violations()) == (REPLACED, [])

    assert before in found
    assert found <= {before, REPLACED}
