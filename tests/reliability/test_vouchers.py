"""A guest of a cancelled screening takes the voucher while somebody else takes the money, or presses twice, or the time
to choose ends, in every interleaving, or while the process is killed: the money or the voucher, never both.
Negative control: without what decides the race, some schedule ends with both."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from django.db.models import Sum

from cinema.status import Refused
from concessions.services import holds
from incidents.models import ConcernedOrder
from incidents.services import cancel, take_refund, take_voucher
from incidents.services.cancelling import CHOICE
from orders.models import Promocode, RefundLine
from orders.models import orders as order_models
from orders.services.refunds import effects
from payments.models import Refund
from tests.helpers.factories import a_hall, a_paid_order, a_session, an_item
from tests.reliability.crash_injection import count_crash_points, run_and_kill
from tests.reliability.db_snapshot import restore_snapshot
from tests.reliability.interleaving import Action, every_schedule, without_compare_and_set, without_row_locks
from tests.reliability.run_job import invariant_violations, leases_always_granted, run
from tests.reliability.scenario import AT, DAY, MINUTE

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("empty_database")]

BEFORE = AT - MINUTE  # the time to choose ends at AT


def a_guest_who_may_choose() -> None:
    """Two seats and popcorn, for a screening that was cancelled a day before `AT`."""
    hall = a_hall(rows=["ssss"])
    session = a_session(hall, start=AT + DAY)
    a_paid_order(session, seats=2, snacks=[(an_item(hall.cinema), 1)], at=AT - CHOICE)
    cancel([session], reason="Fire alarm", vouchers=True, at=AT - CHOICE)


def row() -> ConcernedOrder:
    return ConcernedOrder.objects.select_related("incident", "order__cinema").get()


def take_the_voucher() -> None:
    take_voucher(row(), at=BEFORE)


def take_the_money() -> None:
    take_refund(row(), at=BEFORE)


def the_time_is_over() -> None:
    with leases_always_granted():
        run("refund_cancelled_sessions", at=AT)


def end() -> tuple[int, int, str]:
    """The worth of vouchers, the money that goes back, and what the guest chose."""
    vouchers = Promocode.objects.aggregate(sum=Sum("discount_amount"))["sum"]
    money = Refund.objects.aggregate(sum=Sum("amount"))["sum"]
    return int(vouchers or 0), int(money or 0), row().answer


def ends(first: Action, second: Action) -> Iterator[tuple[object, ...]]:
    for schedule in every_schedule(first, second, restore_snapshot=lambda: restore_snapshot(a_guest_who_may_choose)):
        errors = [each for each in (schedule.first, schedule.second) if isinstance(each, Exception)]
        wrong = [repr(each) for each in errors if not isinstance(each, Refused)]
        yield (*end(), *wrong, *invariant_violations(BEFORE))


@contextmanager
def without_anything_that_decides() -> Iterator[None]:
    """No row locks, no compare-and-set, and lines that may be given up again."""
    lines_again = patch.object(RefundLine.objects, "bulk_create")
    with without_row_locks(), without_compare_and_set(order_models, effects, holds), lines_again:
        yield


WORTH = 2 * 350 + 120  # as the factories price them
BY_VOUCHER, BY_MONEY, BY_JOB = (WORTH, 0, "VOUCHER"), (0, WORTH, "REFUND"), (0, WORTH, "")
RACES = [
    (take_the_voucher, take_the_money, {BY_VOUCHER, BY_MONEY}),
    (take_the_voucher, take_the_voucher, {BY_VOUCHER}),
    (the_time_is_over, take_the_voucher, {BY_VOUCHER, BY_JOB}),
]
every_race = pytest.mark.parametrize(
    "race", RACES, ids=[f"{first.__name__}-{second.__name__}" for first, second, _ends in RACES]
)


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.postgres
@every_race
def test_a_guest_gets_the_money_or_a_voucher(race: tuple[Action, Action, set[tuple[int, int, str]]]) -> None:
    first, second, expected = race
    assert set(ends(first, second)) <= expected


@pytest.mark.postgres
@every_race
def test_without_what_decides_it_some_schedule_gives_both(
    race: tuple[Action, Action, set[tuple[int, int, str]]],
) -> None:
    first, second, expected = race
    with without_anything_that_decides():
        assert any(each not in expected for each in ends(first, second))


def test_a_voucher_whose_making_is_killed_is_given_wholly_or_not_at_all() -> None:
    restore_snapshot(a_guest_who_may_choose)
    before = end()
    points = count_crash_points(take_the_voucher)
    after = end()

    found = set()
    for point in range(1, points + 1, max(1, points // 8)):
        restore_snapshot(a_guest_who_may_choose)
        run_and_kill(take_the_voucher, at_point=point)
        found.add(end())
        take_the_money() if row().answer == "" else None
        assert sorted(end()[:2]) == [0, WORTH]

    assert before in found
    assert found <= {before, after}
    assert invariant_violations(BEFORE) == []
