"""Two who want different things of the same rows at the same time, in every order in which they can meet; and each
race once more with its guard taken away, to see that these eyes would see."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.db.models import Sum

from accounts.models import User
from bonuses.models import BonusAccount, BonusTransaction
from concessions.models import ConcessionItem, ConcessionPreorder
from jobs import steps
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
from orders.services import CancelReason, cancel, collect, complete, extend, hold, mark_paid, record_refund, refund
from orders.services.closing.summaries import FIGURES, summaries_of
from orders.services.selling import promocodes
from orders.services.visits import preorders
from payments.models import Refund
from screenings.models import Session, SessionSummary
from screenings.services import complete_sessions
from tests.helpers.factories import a_customer, a_paid_order, a_promocode, a_session, an_adult, an_item, an_order
from tests.reliability.db_snapshot import restore_snapshot
from tests.reliability.interleaving import Act, Schedule, every_schedule, without_compare_and_set, without_row_locks
from tests.reliability.run_job import everybody_gets_a_lease, flaws, run
from tests.reliability.scenario import AT, DAY, HOUR, MINUTE

pytestmark = pytest.mark.postgres

Refusals = list[type[Exception]]


@dataclass(frozen=True)
class Race:
    """Who meets whom on which scene, what a good end is, and which guard sees to it."""

    scene: Act
    first: Act
    second: Act
    ends_well: Callable[[Refusals], bool]  # given what either of them was refused with
    unguarded: Callable[[], AbstractContextManager[Any]]

    @property
    def the_other_way(self) -> "Race":
        return replace(self, first=self.second, second=self.first)


# --- An expired order, and those who reach for it while the job cancels it


def an_expired_basket() -> None:
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


def cancel_what_expired() -> None:
    run("cancel_expired_orders")


def pay() -> None:
    order = Order.objects.get()
    mark_paid(order, gateway="demo", external_id="7", amount=order.final_amount, at=AT)


def extend_it() -> None:
    extend(Order.objects.get(), until=AT + HOUR, at=AT)


def cancel_by_hand() -> None:
    cancel(Order.objects.get(), reason=CancelReason.STAFF, at=AT)


def is_sold(refusals: Refusals) -> bool:
    """The money came, so the seats are the customer's, even where the job had just let them go; none was sent back."""
    seats = set(Ticket.objects.values_list("status", flat=True))
    return not refusals and status() == "PAID" and seats == {"PAID"} and not Refund.objects.exists()


def is_extended_or_cancelled(refusals: Refusals) -> bool:
    if status() == "CANCELLED":
        return refusals == [NotAwaitingPayment]
    return not refusals and status() == "PENDING_PAYMENT" and Order.objects.get().expires_at == AT + HOUR


def is_cancelled_once(refusals: Refusals) -> bool:
    """By one of the two; the other found nothing to do, or was told so."""
    ends = OrderEvent.objects.filter(to_status="CANCELLED").count()
    return status() == "CANCELLED" and ends == 1 and refusals in ([], [ForbiddenMove])


def status() -> str:
    return Order.objects.get().status


@contextmanager
def nothing_guarded() -> Iterator[None]:
    with without_row_locks(), without_compare_and_set(order_models, preorders):
        yield


@contextmanager
def due_read_only_before_the_lock() -> Iterator[None]:
    """As if the job trusted its list: what the lock waited for is not looked at."""
    attempt = steps.process_batch

    def trusting(step: steps.Step, *rest: Any) -> Any:
        trusted = replace(step, due=lambda at: Order.objects.filter(status__in=Order.UNPAID), again=None)
        return attempt(trusted, *rest)

    with patch.object(steps, "process_batch", trusting):
        yield


# --- Money that goes back, while jobs count it


def a_paid_basket() -> None:
    session = a_session()
    snacks = [(an_item(session.hall.cinema, stock=10), 2)]
    a_paid_order(session, seats=2, snacks=snacks, customer=a_customer(points=100), points=50, at=AT - HOUR)


def the_bank_takes_it_back() -> None:
    order = Order.objects.get()
    record_refund(order, amount=order.final_amount, external_id="chargeback", at=AT)
    run("process_refunded_orders")


def a_refunded_basket() -> None:
    a_paid_basket()
    order = Order.objects.get()
    record_refund(order, amount=order.final_amount, external_id="chargeback", at=AT - MINUTE)


def process_refunds() -> None:
    run("process_refunded_orders")


def refund_by_hand() -> None:
    refund(Order.objects.get(), reason="Ill", at=AT)


def is_refunded_once(refusals: Refusals) -> bool:
    order = Order.objects.get()
    back = Refund.objects.aggregate(money=Sum("amount"))["money"]
    told_so = refusals in ([NotRefundable], [MoreThanLeft])
    return told_so and order.refund_processed_at == AT and back == order.final_amount


def is_processed_once(refusals: Refusals) -> bool:
    returned = BonusTransaction.objects.filter(transaction_type="REVERSAL").count()
    return not refusals and Order.objects.get().refund_processed_at == AT and returned == 1


def a_seen_order() -> None:
    session = a_session(start=AT - 32 * DAY)
    order = a_paid_order(session, seats=2, customer=a_customer(), at=AT - 33 * DAY)
    complete_sessions([session], at=AT - 31 * DAY)
    complete([order], at=AT - 31 * DAY)


def archive() -> None:
    run("cleanup_completed_sessions")


def is_summed_up_right(refusals: Refusals) -> bool:
    [expected] = summaries_of([Session.objects.get().pk])
    stored = SessionSummary.objects.get()
    return not refusals and stored.refunded == 2 and all(getattr(stored, f) == getattr(expected, f) for f in FIGURES)


def credit_points() -> None:
    run("accrue_bonus_for_completed_orders")


def is_refunded_and_earns_nothing(refusals: Refusals) -> bool:
    points = BonusTransaction.objects.aggregate(points=Sum("amount"))["points"]
    return not refusals and status() == "REFUNDED" and not points


# --- The bar


def uncollected_snacks() -> None:
    session = a_session(start=AT - 3 * HOUR)
    a_paid_order(session, snacks=[(an_item(session.hall.cinema, stock=10), 4)], at=AT - DAY)


def give_up_snacks() -> None:
    run("cancel_expired_concession_preorders")


def collect_them() -> None:
    collect(ConcessionPreorder.objects.get(), at=AT)


def is_collected_or_given_up(refusals: Refusals) -> bool:
    end = (ConcessionPreorder.objects.get().status, ConcessionItem.objects.get().stock_quantity, refusals)
    return end in [("COLLECTED", 6, []), ("EXPIRED", 10, [SnacksNotOpen])]


# --- Two buyers of the last one


def one_of_everything() -> None:
    """One seat, three portions, a promocode for one order, and a customer who can pay one order with points."""
    session = a_session()
    an_item(session.hall.cinema, stock=3)
    a_promocode(max_uses=1)
    a_customer(points=80)
    an_adult()


def the_seat_of_an_expired_order() -> None:
    one_of_everything()
    an_order(Session.objects.get(), at=AT - 20 * MINUTE)


def buy_the_seat(number: int = 1, **basket: Any) -> None:
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
    buy_the_seat(1, user=User.objects.get(), points=50)


def buy_another_with_points() -> None:
    buy_the_seat(2, user=User.objects.get(), points=50)


def one_is_refused(kind: type[Exception]) -> Callable[[Refusals], bool]:
    def ends_well(refusals: Refusals) -> bool:
        account = BonusAccount.objects.get()
        held = Order.objects.exclude(status="CANCELLED").count()
        return refusals == [kind] and held == 1 and not account.owed

    return ends_well


@contextmanager
def without_the_index_of_live_tickets() -> Iterator[None]:
    [index] = [each for each in Ticket._meta.constraints if each.name == "one_live_ticket_a_seat"]
    with connection.schema_editor() as editor:
        editor.remove_constraint(Ticket, index)
    try:
        yield
    finally:
        Ticket.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Ticket, index)


def uses_counted_in_python() -> Any:
    def take_use(promocode: Promocode) -> None:
        used = Promocode.objects.get(pk=promocode.pk).used_count
        if used >= promocode.max_uses:
            raise PromocodeUsedUp
        Promocode.objects.filter(pk=promocode.pk).update(used_count=used + 1)

    return patch.object(promocodes, "take_use", take_use)


RACES = {
    "a customer pays while it is cancelled": Race(
        an_expired_basket, cancel_what_expired, pay, is_sold, nothing_guarded
    ),
    "staff extend while it is cancelled": Race(
        an_expired_basket, cancel_what_expired, extend_it, is_extended_or_cancelled, due_read_only_before_the_lock
    ),
    "two copies cancel": Race(
        an_expired_basket, cancel_what_expired, cancel_what_expired, is_cancelled_once, nothing_guarded
    ),
    "staff cancel while it is cancelled": Race(
        an_expired_basket, cancel_what_expired, cancel_by_hand, is_cancelled_once, nothing_guarded
    ),
    "the bank and staff refund": Race(
        a_paid_basket, the_bank_takes_it_back, refund_by_hand, is_refunded_once, without_row_locks
    ),
    "staff refund while a session is archived": Race(
        a_seen_order, archive, refund_by_hand, is_summed_up_right, without_row_locks
    ),
    "staff refund while points are credited": Race(
        a_seen_order, credit_points, refund_by_hand, is_refunded_and_earns_nothing, without_row_locks
    ),
    "a customer collects while snacks are given up": Race(
        uncollected_snacks, give_up_snacks, collect_them, is_collected_or_given_up, nothing_guarded
    ),
    "two buyers of a seat": Race(
        one_of_everything, buy_the_seat, buy_the_seat, one_is_refused(SeatTaken), without_the_index_of_live_tickets
    ),
    "two buyers of an expired seat": Race(
        the_seat_of_an_expired_order,
        buy_the_seat,
        buy_the_seat,
        one_is_refused(SeatTaken),
        without_the_index_of_live_tickets,
    ),
    "two buyers of the last portion": Race(
        one_of_everything, buy_two_portions, buy_two_portions, one_is_refused(OutOfStock), without_row_locks
    ),
    "two buyers with the last promocode": Race(
        one_of_everything,
        buy_with_the_promocode,
        buy_with_the_promocode,
        one_is_refused(PromocodeUsedUp),
        uses_counted_in_python,
    ),
    "two buyers with one balance": Race(
        one_of_everything, buy_with_points, buy_another_with_points, one_is_refused(NotEnoughPoints), without_row_locks
    ),
}


@pytest.fixture(autouse=True)
def _stage(stage: None) -> Iterator[None]:
    with everybody_gets_a_lease():
        yield


def bad_ends(race: Race) -> Iterator[Schedule]:
    """The schedules after which something is wrong."""
    for way in (race, race.the_other_way) if race.first is not race.second else (race,):
        for schedule in every_schedule(way.first, way.second, restore_snapshot=lambda: restore_snapshot(race.scene)):
            refusals = [type(each) for each in (schedule.first, schedule.second) if isinstance(each, Exception)]
            if not race.ends_well(refusals) or flaws():
                yield schedule


@pytest.mark.parametrize("race", RACES.values(), ids=RACES)
def test_however_two_meet_it_ends_well(race: Race) -> None:
    assert list(bad_ends(race)) == []


@pytest.mark.parametrize("race", RACES.values(), ids=RACES)
def test_without_the_guard_some_meeting_ends_badly(race: Race) -> None:
    with race.unguarded():
        bad_end = next(bad_ends(race), None)

    assert bad_end is not None
    assert bad_end.point > 1  # one after the other they need no guard: it is the meeting that ends badly
