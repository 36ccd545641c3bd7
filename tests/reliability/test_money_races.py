"""Two of a webhook, the polling job, the returning customer and the cancelling job handle one payment at once, in every
interleaving: the money is booked once, and the customer gets the tickets or a refund."""

from collections.abc import Iterator

import pytest

from demo.models import DemoCharge
from orders.models import Order
from orders.services import CustomerPaymentState, customer_payment_state, settle_payment, start_payment
from payments.models import Payment
from tests.helpers.factories import an_order, at_the_bank
from tests.helpers.ledger_diff import differences
from tests.reliability.db_snapshot import restore_snapshot
from tests.reliability.interleaving import Action, Schedule, every_schedule
from tests.reliability.run_job import invariant_violations, leases_always_granted, run
from tests.reliability.scenario import AT, MINUTE

pytestmark = pytest.mark.postgres


@pytest.fixture(autouse=True)
def _empty_database(empty_database: None) -> Iterator[None]:
    with leases_always_granted():
        yield


def an_order_just_paid() -> None:
    at_the_bank(an_order(at=AT - 50 * MINUTE), paid=True, at=AT - 49 * MINUTE)  # so long ago that the order has expired


def an_order_to_pay() -> None:
    an_order(at=AT - MINUTE)


def settle() -> str:
    return settle_payment(Payment.objects.get(), at=AT).status


def return_from_gateway() -> CustomerPaymentState:
    return customer_payment_state(Order.objects.get(), at=AT)


def click_pay() -> str:
    return start_payment(Order.objects.get(), gateway="demo", return_url="http://testserver/", at=AT).redirect_url


def poll_all_payments() -> None:
    run("reconcile_payments")


def cancel_expired() -> None:
    run("cancel_expired_orders")


def errors_of(schedule: Schedule) -> list[object]:
    return [result for result in (schedule.first, schedule.second) if isinstance(result, BaseException)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (settle, settle),
        (settle, poll_all_payments),
        (return_from_gateway, settle),
        (settle, cancel_expired),
        (cancel_expired, settle),
    ],
    ids=lambda action: action.__name__,
)
def test_a_payment_is_booked_once_in_every_schedule(first: Action, second: Action) -> None:
    for schedule in every_schedule(first, second, restore_snapshot=lambda: restore_snapshot(an_order_just_paid)):
        assert errors_of(schedule) == [], schedule
        assert Order.objects.get().status == Order.Status.PAID, schedule
        assert differences() == [], schedule
        assert invariant_violations() == [], schedule


def test_two_clicks_at_once_start_one_payment() -> None:
    for schedule in every_schedule(click_pay, click_pay, restore_snapshot=lambda: restore_snapshot(an_order_to_pay)):
        assert errors_of(schedule) == [], schedule
        assert schedule.first == schedule.second
        assert (Payment.objects.count(), DemoCharge.objects.count()) == (1, 1), schedule
