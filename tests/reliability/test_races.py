"""Two actors change the same rows at once, in every interleaving. Negative control: each race runs once more without
the protection that decides it, and the test must find a bad end.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import pytest
from django.db.models import Sum

from accounts.models import User
from bonuses.models import BonusAccount, BonusTransaction
from concessions.models import ConcessionItem, ConcessionPreorder
from incidents.errors import SeatsNotChangeable
from incidents.services import change_seats
from jobs import steps
from notifications.models import Notification
from orders.errors import (
    ForbiddenMove,
    MoreThanLeft,
    NotAwaitingPayment,
    NotEnoughPoints,
    NotRefundable,
    OutOfStock,
    PromocodeUsedUp,
    SeatTaken,
    SnacksNotOpen,
)
from orders.models import Order, OrderEvent, Promocode, Ticket
from orders.models import orders as order_models
from orders.services import (
    CancelReason,
    cancel,
    collect,
    complete,
    extend,
    hold,
    mark_paid,
    record_refund,
    refund,
)
from orders.services.closing.summaries import FIGURES, summaries_of
from orders.services.selling import promocodes
from orders.services.visits import preorders
from payments.models import Refund
from screenings.models import Session, SessionSummary
from screenings.services import complete_sessions
from tests.helpers.factories import a_customer, a_paid_order, a_promocode, a_session, an_adult, an_item, an_order
from tests.reliability.db_snapshot import restore_snapshot
from tests.reliability.interleaving import (
    Action,
    Schedule,
    every_schedule,
    without_compare_and_set,
    without_row_locks,
    without_unique_index_of_live_tickets,
)
from tests.reliability.run_job import invariant_violations, leases_always_granted, run
from tests.reliability.scenario import AT, DAY, HOUR, MINUTE

pytestmark = pytest.mark.postgres

Refusals = list[type[Exception]]


@dataclass(frozen=True)
class Race:
    """Two actions on the same data, what a correct end is, and the protection that ensures it."""

    snapshot: Action
    first: Action
    second: Action
    is_correct: Callable[[Refusals], bool]  # given the errors that either of them raised
    without_protection: Callable[[], AbstractContextManager[Any]]

    @property
    def reversed(self) -> "Race":
        return replace(self, first=self.second, second=self.first)


# --- An expired order, while the job cancels it


def an_expired_order() -> None:
    session = a_session()
    an_order(
        session,
        seats=2,
        snacks=[(an_item(session.hall.cinema, stock=10), 2)],
        customer=a_customer(points=100),
        points=50,
        promocode=a_promocode(max_uses=1),
        at=AT - 20 * MINUTE,
    )


def cancel_expired() -> None:
    run("cancel_expired_orders")


def pay() -> None:
    order = Order.objects.get()
    mark_paid(order, gateway="demo", external_id="7", amount=order.final_amount, at=AT)


def extend_order() -> None:
    extend(Order.objects.get(), until=AT + HOUR, at=AT)


def cancel_by_staff() -> None:
    cancel(Order.objects.get(), reason=CancelReason.STAFF, at=AT)


def is_sold(refusals: Refusals) -> bool:
    """The order is paid and keeps its seats, even if the job had just released them; nothing is refunded."""
    seats = set(Ticket.objects.values_list("status", flat=True))
    return not refusals and status() == "PAID" and seats == {"PAID"} and not Refund.objects.exists()


def is_extended_or_cancelled(refusals: Refusals) -> bool:
    if status() == "CANCELLED":
        return refusals == [NotAwaitingPayment]
    return not refusals and status() == "PENDING_PAYMENT" and Order.objects.get().expires_at == AT + HOUR


def is_cancelled_once(refusals: Refusals) -> bool:
    """Cancelled by one of the two; the other did nothing, or was refused."""
    ends = OrderEvent.objects.filter(to_status="CANCELLED").count()
    return status() == "CANCELLED" and ends == 1 and refusals in ([], [ForbiddenMove])


def status() -> str:
    return Order.objects.get().status


@contextmanager
def without_locks_and_compare_and_set() -> Iterator[None]:
    with without_row_locks(), without_compare_and_set(order_models, preorders):
        yield


@contextmanager
def without_recheck_after_the_lock() -> Iterator[None]:
    """The job does not read again, after it has locked its rows, whether they are still due."""
    process_batch = steps.process_batch

    def without_recheck(step: steps.Step, *rest: Any) -> Any:
        return process_batch(
            replace(step, due=lambda at: Order.objects.filter(status__in=Order.UNPAID), again=None), *rest
        )

    with patch.object(steps, "process_batch", without_recheck):
        yield


# --- Refunds, while jobs process the order


def a_paid_order_with_snacks() -> None:
    session = a_session()
    snacks = [(an_item(session.hall.cinema, stock=10), 2)]
    a_paid_order(session, seats=2, snacks=snacks, customer=a_customer(points=100), points=50, at=AT - HOUR)


def chargeback() -> None:
    order = Order.objects.get()
    record_refund(order, amount=order.final_amount, external_id="chargeback", at=AT)
    run("process_refunded_orders")


def a_refunded_order() -> None:
    a_paid_order_with_snacks()
    order = Order.objects.get()
    record_refund(order, amount=order.final_amount, external_id="chargeback", at=AT - MINUTE)


def process_refunds() -> None:
    run("process_refunded_orders")


def refund_by_staff() -> None:
    refund(Order.objects.get(), reason="Ill", at=AT)


def is_refunded_once(refusals: Refusals) -> bool:
    order = Order.objects.get()
    refunded = Refund.objects.aggregate(money=Sum("amount"))["money"]
    is_refused = refusals in ([NotRefundable], [MoreThanLeft])
    return is_refused and order.refund_processed_at == AT and refunded == order.final_amount


def is_processed_once(refusals: Refusals) -> bool:
    returned = BonusTransaction.objects.filter(transaction_type="REVERSAL").count()
    return not refusals and Order.objects.get().refund_processed_at == AT and returned == 1


def a_completed_order() -> None:
    session = a_session(start=AT - 32 * DAY)
    order = a_paid_order(session, seats=2, customer=a_customer(), at=AT - 33 * DAY)
    complete_sessions([session], at=AT - 31 * DAY)
    complete([order], at=AT - 31 * DAY)


def archive() -> None:
    run("cleanup_completed_sessions")


def summary_is_correct(refusals: Refusals) -> bool:
    [expected] = summaries_of([Session.objects.get().pk])
    stored = SessionSummary.objects.get()
    return not refusals and stored.refunded == 2 and all(getattr(stored, f) == getattr(expected, f) for f in FIGURES)


def accrue_points() -> None:
    run("accrue_bonus_for_completed_orders")


def is_refunded_and_earns_nothing(refusals: Refusals) -> bool:
    points = BonusTransaction.objects.aggregate(points=Sum("amount"))["points"]
    return not refusals and status() == "REFUNDED" and not points


# --- Preorders


def an_uncollected_preorder() -> None:
    session = a_session(start=AT - 3 * HOUR)
    a_paid_order(session, snacks=[(an_item(session.hall.cinema, stock=10), 4)], at=AT - DAY)


def expire_preorders() -> None:
    run("cancel_expired_concession_preorders")


def collect_preorder() -> None:
    collect(ConcessionPreorder.objects.get(), at=AT)


def is_collected_or_expired(refusals: Refusals) -> bool:
    end = (ConcessionPreorder.objects.get().status, ConcessionItem.objects.get().stock_quantity, refusals)
    return end in [("COLLECTED", 6, []), ("EXPIRED", 10, [SnacksNotOpen])]


# --- Two customers and the last unit


def one_of_everything() -> None:
    """One seat, three portions, a promocode for one order, and a customer who can pay one order with points."""
    session = a_session()
    an_item(session.hall.cinema, stock=3)
    a_promocode(max_uses=1)
    a_customer(points=80)
    an_adult()


def an_expired_order_and_its_seat() -> None:
    one_of_everything()
    an_order(Session.objects.get(), at=AT - 20 * MINUTE)


def buy_seat(number: int = 1, **basket: Any) -> None:
    session = Session.objects.get()
    seat = session.hall.seats.get(row=1, number=number)
    basket = {"email": "a@example.org"} | basket
    hold(cinema=session.hall.cinema, tickets=[(session, seat, an_adult())], at=AT, **basket)


def buy_snacks(**basket: Any) -> None:
    item = ConcessionItem.objects.get()
    hold(cinema=item.cinema, **{"snacks": [(item, 1)], "email": "a@example.org", "at": AT} | basket)


def buy_two_portions() -> None:
    buy_snacks(snacks=[(ConcessionItem.objects.get(), 2)])


def buy_with_the_promocode() -> None:
    buy_snacks(promocode=Promocode.objects.get().code)


def buy_with_points() -> None:
    buy_seat(1, user=User.objects.get(), points=50)


def buy_other_seat_with_points() -> None:
    buy_seat(2, user=User.objects.get(), points=50)


def one_is_refused(kind: type[Exception]) -> Callable[[Refusals], bool]:
    def is_correct(refusals: Refusals) -> bool:
        account = BonusAccount.objects.get()
        held = Order.objects.exclude(status="CANCELLED").count()
        return refusals == [kind] and held == 1 and not account.owed

    return is_correct


# --- Other seats for a guest


def two_tickets_and_free_seats() -> None:
    a_paid_order(a_session(), seats=2, email="guest@example.org", at=AT - HOUR)
    an_adult()


def move_guests() -> None:
    """To the seats 3 and 4, the first ticket to the last of them."""
    order = Order.objects.order_by("pk")[0]
    seats = Session.objects.get().hall.seats
    moves = [
        (ticket, seats.get(row=1, number=4 - place)) for place, ticket in enumerate(order.tickets.order_by("seat"))
    ]
    change_seats(order, moves, reason="Tall guest in front", at=AT)


def buy_both_seats() -> None:
    session = Session.objects.get()
    adult = an_adult()
    wanted = [(session, session.hall.seats.get(row=1, number=number), adult) for number in (3, 4)]
    hold(cinema=session.hall.cinema, tickets=wanted, email="a@example.org", at=AT)


def one_gets_both_seats(refusals: Refusals) -> bool:
    orders = list(Ticket.objects.live().filter(seat__number__in=[3, 4]).values_list("order", flat=True))
    return refusals == [SeatTaken] and len(orders) == 2 and len(set(orders)) == 1


def no_refunded_guest_was_moved(refusals: Refusals) -> bool:
    """The refund is never refused; the guests get their new tickets before it, or not at all."""
    kinds = list(Notification.objects.order_by("pk").values_list("kind", flat=True))
    return status() == "REFUNDED" and (refusals, kinds) in [
        ([], ["ORDER_PAID", "ORDER_PAID", "ORDER_REFUNDED"]),
        ([SeatsNotChangeable], ["ORDER_PAID", "ORDER_REFUNDED"]),
    ]


def without_atomic_count_of_uses() -> Any:
    def take_use(promocode: Promocode, order: Order) -> None:
        used = Promocode.objects.get(pk=promocode.pk).used_count
        if used >= promocode.max_uses:
            raise PromocodeUsedUp
        Promocode.objects.filter(pk=promocode.pk).update(used_count=used + 1)

    return patch.object(promocodes, "take_use", take_use)


RACES = {
    "a customer pays while the job cancels": Race(
        an_expired_order, cancel_expired, pay, is_sold, without_locks_and_compare_and_set
    ),
    "staff extend while the job cancels": Race(
        an_expired_order, cancel_expired, extend_order, is_extended_or_cancelled, without_recheck_after_the_lock
    ),
    "two copies of the job cancel": Race(
        an_expired_order, cancel_expired, cancel_expired, is_cancelled_once, without_locks_and_compare_and_set
    ),
    "staff cancel while the job cancels": Race(
        an_expired_order, cancel_expired, cancel_by_staff, is_cancelled_once, without_locks_and_compare_and_set
    ),
    "the bank charges back while staff refund": Race(
        a_paid_order_with_snacks, chargeback, refund_by_staff, is_refunded_once, without_row_locks
    ),
    "staff refund while a session is archived": Race(
        a_completed_order, archive, refund_by_staff, summary_is_correct, without_row_locks
    ),
    "staff refund while points are accrued": Race(
        a_completed_order, accrue_points, refund_by_staff, is_refunded_and_earns_nothing, without_row_locks
    ),
    "a customer collects while the preorder expires": Race(
        an_uncollected_preorder,
        expire_preorders,
        collect_preorder,
        is_collected_or_expired,
        without_locks_and_compare_and_set,
    ),
    "two customers and one seat": Race(
        one_of_everything, buy_seat, buy_seat, one_is_refused(SeatTaken), without_unique_index_of_live_tickets
    ),
    "two customers and the seat of an expired order": Race(
        an_expired_order_and_its_seat,
        buy_seat,
        buy_seat,
        one_is_refused(SeatTaken),
        without_unique_index_of_live_tickets,
    ),
    "two customers and the last portions": Race(
        one_of_everything, buy_two_portions, buy_two_portions, one_is_refused(OutOfStock), without_row_locks
    ),
    "two customers and the last use of a promocode": Race(
        one_of_everything,
        buy_with_the_promocode,
        buy_with_the_promocode,
        one_is_refused(PromocodeUsedUp),
        without_atomic_count_of_uses,
    ),
    "one balance of points spent twice": Race(
        one_of_everything,
        buy_with_points,
        buy_other_seat_with_points,
        one_is_refused(NotEnoughPoints),
        without_row_locks,
    ),
    "staff move guests to seats that a customer buys": Race(
        two_tickets_and_free_seats,
        move_guests,
        buy_both_seats,
        one_gets_both_seats,
        without_unique_index_of_live_tickets,
    ),
    "staff move guests while others refund them": Race(
        two_tickets_and_free_seats, move_guests, refund_by_staff, no_refunded_guest_was_moved, without_row_locks
    ),
}


@pytest.fixture(autouse=True)
def _empty_database(empty_database: None) -> Iterator[None]:
    with leases_always_granted():
        yield


def wrong_ends(race: Race) -> Iterator[Schedule]:
    """The schedules that end wrong, with each of the two actions as the one that is paused."""
    for each_race in (race, race.reversed) if race.first is not race.second else (race,):
        for schedule in every_schedule(
            each_race.first, each_race.second, restore_snapshot=lambda: restore_snapshot(race.snapshot)
        ):
            refusals = [type(each) for each in (schedule.first, schedule.second) if isinstance(each, Exception)]
            if not race.is_correct(refusals) or invariant_violations():
                yield schedule


@pytest.mark.exhaustive(one_in=3)
@pytest.mark.parametrize("race", RACES.values(), ids=RACES)
def test_every_schedule_ends_correctly(race: Race) -> None:
    assert list(wrong_ends(race)) == []


@pytest.mark.exhaustive(one_in=3)
@pytest.mark.parametrize("race", RACES.values(), ids=RACES)
def test_without_its_protection_some_schedule_ends_wrong(race: Race) -> None:
    with race.without_protection():
        wrong_end = next(wrong_ends(race), None)

    assert wrong_end is not None
    assert wrong_end.point > 1  # at point 1 the second ran before the first, which needs no protection
