"""A group pays, changes its headcount or is released at its date while somebody else does the same or buys, in every
interleaving, or while the process is killed: every person is paid, reserved or released once. Negative controls:
without what decides a race, some schedule ends otherwise."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.db.models import Sum

from accounts.models import User
from allocations.models import GroupOrder
from allocations.services import groups
from allocations.services.groups import Agreed, book
from cinema.status import Refused
from orders.models import Order, OrderEvent, Ticket
from orders.models import orders as order_models
from orders.services.selling import hold
from payments.models import Gateway, Payment
from screenings.models import Session
from tests.helpers.factories import a_hall, a_session, an_order
from tests.helpers.users import someone
from tests.reliability.crash_injection import count_crash_points, run_and_kill
from tests.reliability.db_snapshot import restore_snapshot
from tests.reliability.interleaving import (
    Action,
    every_schedule,
    without_compare_and_set,
    without_row_locks,
    without_unique_index_of_live_tickets,
)
from tests.reliability.run_job import invariant_violations, leases_always_granted, run
from tests.reliability.scenario import AT, DAY, MINUTE

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("empty_database")]

PRICE = Decimal(200)
BEFORE = AT - MINUTE  # the date until which seats are reserved is AT: work that began before it may end after it


def a_reserved_group() -> None:
    """Four people, one of them free, in a hall of six."""
    manager = someone()
    session = a_session(a_hall(rows=["ssssss"]), start=AT + DAY)
    agreed = Agreed("Anna Petrova", PRICE, one_free_per=3, email="school@example.org")
    book(session, agreed, people=4, until=AT, at=AT - DAY, actor=manager)


def group() -> Order:
    """The order that both people have in front of them."""
    return Order.objects.select_related("cinema").filter(channel=Order.Channel.GROUP).order_by("pk")[0]


def pay(people: int | None, **about: Any) -> None:
    groups.pay(group(), people=people, gateway=Gateway.CASH, at=BEFORE, actor=User.objects.get(), **about)


def pay_one() -> None:
    pay(1)


def pay_two() -> None:
    pay(2, release_rest=True)


def pay_all() -> None:
    pay(None)


def need_three() -> None:
    groups.set_headcount(group(), people=3, at=BEFORE, actor=User.objects.get())


def need_six() -> None:
    groups.set_headcount(group(), people=6, at=BEFORE, actor=User.objects.get())


def release_at_the_date() -> None:
    with leases_always_granted():
        run("cancel_expired_orders")


def buy() -> None:
    an_order(Session.objects.select_related("hall__cinema").get(), seats=2, at=BEFORE)


def end() -> tuple[Any, ...]:
    """How many people have paid and are reserved, the money, and how many times an order was cancelled."""
    live = Ticket.objects.live()
    reserved = live.filter(status=Ticket.Status.RESERVED)
    money = Payment.objects.filter(status=Payment.Status.SUCCEEDED).aggregate(sum=Sum("amount"))["sum"]
    ended = OrderEvent.objects.filter(to_status=Order.Status.CANCELLED)
    return (live.filter(status=Ticket.Status.PAID).count(), reserved.count(), int(money or 0), ended.count())


def ends(first: Action, second: Action) -> Iterator[tuple[Any, ...]]:
    """The end of each schedule, with what is wrong: errors that refuse nothing, and broken invariants."""
    for schedule in every_schedule(first, second, restore_snapshot=lambda: restore_snapshot(a_reserved_group)):
        errors = [each for each in (schedule.first, schedule.second) if isinstance(each, Exception)]
        wrong = [repr(each) for each in errors if not isinstance(each, Refused)]
        yield (*end(), *wrong, *invariant_violations())


@contextmanager
def without_locks_and_compare_and_set() -> Iterator[None]:
    with without_row_locks(), without_compare_and_set(order_models):
        yield


@contextmanager
def without_anything_that_decides() -> Iterator[None]:
    """Parts of a group want the same seats, so their index alone would refuse the second one."""
    with without_unique_index_of_live_tickets(), without_locks_and_compare_and_set():
        yield


Race = tuple[Action, Action, set[tuple[int, ...]], Callable[[], AbstractContextManager[None]]]

#: Two actions; the correct ends, as `end` says them; what decides the race.
RACES: list[Race] = [
    (pay_one, pay_two, {(1, 3, 200, 1), (2, 0, 400, 1)}, without_anything_that_decides),
    (pay_all, pay_one, {(4, 0, 600, 0), (1, 3, 200, 1)}, without_locks_and_compare_and_set),
    (need_three, pay_all, {(0, 3, 0, 1), (4, 0, 600, 0)}, without_locks_and_compare_and_set),
    (release_at_the_date, pay_one, {(0, 0, 0, 1), (1, 3, 200, 1), (1, 0, 200, 2)}, without_locks_and_compare_and_set),
    (need_three, release_at_the_date, {(0, 3, 0, 1), (0, 0, 0, 1), (0, 0, 0, 2)}, without_locks_and_compare_and_set),
    (need_six, buy, {(0, 6, 0, 1), (0, 6, 0, 0)}, without_unique_index_of_live_tickets),
]
every_race = pytest.mark.parametrize(
    "race", RACES, ids=[f"{first.__name__}-{second.__name__}" for first, second, *_rest in RACES]
)


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.postgres
@every_race
def test_every_person_of_a_group_is_paid_reserved_or_released_once(race: Race) -> None:
    first, second, expected, _without_protection = race
    assert set(ends(first, second)) <= expected


@pytest.mark.postgres
@every_race
def test_without_what_decides_it_some_schedule_ends_otherwise(race: Race) -> None:
    first, second, expected, without_protection = race
    with without_protection():
        assert any(each not in expected for each in ends(first, second))


def an_empty_session() -> None:
    someone()
    a_session(a_hall(rows=["ssssss"]), start=AT + DAY)


def hire() -> None:
    session = Session.objects.select_related("hall__cinema", "film").get()
    agreed = Agreed("Anna Petrova", PRICE)
    book(session, agreed, people=2, until=AT, private=True, at=BEFORE, actor=User.objects.get())


def outsiders(first: Action, second: Action) -> set[tuple[bool, int]]:
    """Whether the session is private, and how many seats others have of it, after each schedule."""
    found = set()
    for _schedule in every_schedule(first, second, restore_snapshot=lambda: restore_snapshot(an_empty_session)):
        others = Ticket.objects.live().exclude(order__channel=Order.Channel.GROUP)
        found.add((Session.objects.get().is_private, others.count()))
    return found


@pytest.mark.postgres
def test_nobody_else_has_seats_of_a_session_that_becomes_private() -> None:
    assert outsiders(hire, buy) | outsiders(buy, hire) == {(True, 0), (False, 2)}


@pytest.mark.postgres
def test_without_the_second_look_somebody_buys_seats_of_a_private_session() -> None:
    with patch.object(hold, "_refuse_changed", lambda _sessions: None):
        assert (True, 2) in outsiders(buy, hire)


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize("action", [pay_one, need_three, pay_all], ids=lambda action: action.__name__)
def test_a_payment_or_a_headcount_that_is_killed_is_done_wholly_or_not_at_all(action: Action) -> None:
    restore_snapshot(a_reserved_group)
    before = end(), GroupOrder.objects.count()
    points = count_crash_points(action)
    after = end(), GroupOrder.objects.count()

    found = set()
    for point in range(1, points + 1, max(1, points // 8)):
        restore_snapshot(a_reserved_group)
        run_and_kill(action, at_point=point)
        found.add((end(), GroupOrder.objects.count()))

    assert before in found
    assert found <= {before, after}
    assert invariant_violations() == []
