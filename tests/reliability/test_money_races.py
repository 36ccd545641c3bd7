"""A webhook, the job, the customer who comes back and the job that cancels, two at a time, in every order in which they
can meet at one payment: the money is booked once, and ends in a ticket or on its way back."""

from collections.abc import Iterator

import pytest

from demo.models import DemoCharge
from orders.models import Order
from orders.services import CustomerPaymentState, customer_payment_state, settle_payment, start_payment
from payments.models import Payment
from tests.helpers.factories import an_order, at_the_bank
from tests.helpers.ledger_diff import differences
from tests.reliability.db_snapshot import restore_snapshot
from tests.reliability.interleaving import Act, Schedule, every_schedule
from tests.reliability.run_job import everybody_gets_a_lease, flaws, run
from tests.reliability.scenario import AT, MINUTE

pytestmark = pytest.mark.postgres


@pytest.fixture(autouse=True)
def _stage(stage: None) -> Iterator[None]:
    with everybody_gets_a_lease():
        yield


def somebody_has_just_paid() -> None:
    at_the_bank(an_order(at=AT - 50 * MINUTE), paid=True, at=AT - 49 * MINUTE)  # so long ago that nobody waits any more


def somebody_wants_to_pay() -> None:
    an_order(at=AT - MINUTE)


def settle() -> str:
    return settle_payment(Payment.objects.get(), at=AT).status


def come_back() -> CustomerPaymentState:
    return customer_payment_state(Order.objects.get(), at=AT)


def press_pay() -> str:
    return start_payment(Order.objects.get(), gateway="demo", return_url="http://testserver/", at=AT).redirect_url


def ask_about_all() -> None:
    run("reconcile_payments")


def cancel_what_expired() -> None:
    run("cancel_expired_orders")


def refused(schedule: Schedule) -> list[object]:
    return [result for result in (schedule.first, schedule.second) if isinstance(result, BaseException)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (settle, settle),
        (settle, ask_about_all),
        (come_back, settle),
        (settle, cancel_what_expired),
        (cancel_what_expired, settle),
    ],
    ids=lambda act: act.__name__,
)
def test_money_is_booked_once_whoever_asks_when(first: Act, second: Act) -> None:
    for schedule in every_schedule(first, second, restore_snapshot=lambda: restore_snapshot(somebody_has_just_paid)):
        assert refused(schedule) == [], schedule
        assert Order.objects.get().status == Order.Status.PAID, schedule
        assert differences() == [], schedule
        assert flaws() == [], schedule


def test_pressed_twice_at_once_it_is_one_payment() -> None:
    for schedule in every_schedule(
        press_pay, press_pay, restore_snapshot=lambda: restore_snapshot(somebody_wants_to_pay)
    ):
        assert refused(schedule) == [], schedule
        assert schedule.first == schedule.second
        assert (Payment.objects.count(), DemoCharge.objects.count()) == (1, 1), schedule
