"""Two of a webhook, the polling job, the returning customer and the cancelling job handle one payment at once, in every
interleaving: the money is booked once, and the customer gets the tickets or a refund."""

from collections.abc import Iterator

import pytest

from demo.models import DemoCharge
from orders.errors import PaymentInProgress
from orders.models import Order
from orders.services import (
    CustomerPaymentState,
    customer_payment_state,
    left_to_pay,
    pay_online_with_gift_card,
    settle_payment,
    start_payment,
)
from payments.errors import GiftCardEmpty
from payments.models import GiftCard, GiftCardMovement, Payment
from tests.helpers.cash import a_gift_card, a_shift
from tests.helpers.factories import PRICE, an_order, at_the_bank
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


# --- Gift cards


def two_orders_and_a_card_for_one() -> None:
    first = an_order(seats=2, at=AT - MINUTE)
    an_order(first.tickets.get(seat__number=1).session, seats=2, at=AT - MINUTE)
    a_gift_card(a_shift(first.cinema, at=AT - MINUTE), amount=2 * PRICE, at=AT - MINUTE)


def an_order_half_of_which_a_card_can_pay() -> None:
    order = an_order(seats=2, at=AT - MINUTE)
    a_gift_card(a_shift(order.cinema, at=AT - MINUTE), amount=PRICE, at=AT - MINUTE)


def an_old_order_and_a_card() -> None:
    """The time to pay is over, to the second."""
    an_order_half_of_which_a_card_can_pay()
    order = Order.objects.get()
    pay_with_card(0)
    Order.objects.filter(pk=order.pk).update(payment_deadline=AT, expires_at=AT)


def pay_with_card(number: int) -> object:
    order = Order.objects.order_by("pk")[number]
    return pay_online_with_gift_card(order, card=GiftCard.objects.get(), least=PRICE * 0, at=AT)


def test_two_checkouts_with_one_card_spend_it_once() -> None:
    restore = lambda: restore_snapshot(two_orders_and_a_card_for_one)  # noqa: E731
    for schedule in every_schedule(lambda: pay_with_card(0), lambda: pay_with_card(1), restore_snapshot=restore):
        assert [type(each) for each in errors_of(schedule)] == [GiftCardEmpty], schedule
        assert GiftCard.objects.get().balance == 0, schedule
        assert sorted(Order.objects.values_list("status", flat=True)) == ["PAID", "PENDING_PAYMENT"], schedule
        assert invariant_violations() == [], schedule


def test_without_the_cards_lock_the_database_still_refuses_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: both read the same balance, so that the second fails where the money is taken."""
    restore_snapshot(two_orders_and_a_card_for_one)
    stale = GiftCard.objects.get()
    monkeypatch.setattr("orders.services.payments.gift_card.lock_named", lambda card: stale)

    pay_with_card(0)
    with pytest.raises(GiftCardEmpty):
        pay_with_card(1)

    assert [left_to_pay(order) for order in Order.objects.order_by("pk")] == [0, 2 * PRICE]
    assert invariant_violations() == []


def test_the_card_and_the_gateway_never_take_more_than_the_price() -> None:
    restore = lambda: restore_snapshot(an_order_half_of_which_a_card_can_pay)  # noqa: E731
    for schedule in every_schedule(lambda: pay_with_card(0), click_pay, restore_snapshot=restore):
        assert {type(each) for each in errors_of(schedule)} <= {PaymentInProgress}, schedule
        taken = GiftCardMovement.objects.filter(kind="REDEEMED").count()
        opened = Payment.objects.filter(gateway="demo", status="PENDING").values_list("amount", flat=True)
        assert (taken, sum(opened)) in [(1, 0), (1, PRICE), (0, 2 * PRICE)], schedule


def test_two_jobs_that_cancel_an_order_put_its_part_back_on_the_card_once() -> None:
    restore = lambda: restore_snapshot(an_old_order_and_a_card)  # noqa: E731
    for schedule in every_schedule(cancel_expired, cancel_expired, restore_snapshot=restore):
        assert errors_of(schedule) == [], schedule
        assert GiftCard.objects.get().balance == PRICE, schedule
        assert invariant_violations() == [], schedule
