from datetime import timedelta

import pytest

from orders.errors import ExtensionRefused, NotAwaitingPayment
from orders.models import Order
from orders.services import CancelReason, cancel, complete, extend, mark_overdue, refund
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_customer, a_paid_order, a_session, an_item, an_order

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


def a_reservation(**basket):
    """An order due in two days and cancelled in three; its session starts in nine."""
    return an_order(a_session(start=NOON + 9 * DAY), channel="RESERVATION", **basket)


def limits(order):
    row = Order.objects.get(pk=order.pk)
    return row.payment_deadline - NOON, row.expires_at - NOON


def test_a_pending_order_gets_more_time_and_keeps_its_status():
    order = a_reservation()

    returned = extend(order, until=NOON + 4 * DAY, at=NOON)

    assert limits(order) == limits(returned) == (4 * DAY, 5 * DAY)
    assert (returned.status, order.events.count()) == (Order.Status.PENDING_PAYMENT, 1)


def test_an_overdue_order_waits_for_payment_again():
    order, manager = a_reservation(), a_customer()
    mark_overdue([order], at=NOON + 2 * DAY)

    extended = extend(order, until=NOON + 4 * DAY, at=NOON + 2 * DAY, actor=manager)

    assert limits(order) == (4 * DAY, 5 * DAY)
    event = order.events.latest("pk")
    assert (extended.status, event.from_status, event.to_status, event.at, event.actor) == (
        Order.Status.PENDING_PAYMENT,
        "PAYMENT_OVERDUE",
        "PENDING_PAYMENT",
        NOON + 2 * DAY,
        manager,
    )


def test_the_seats_stay_held():
    order = a_reservation()
    mark_overdue([order], at=NOON + 2 * DAY)

    extend(order, until=NOON + 4 * DAY, at=NOON + 2 * DAY)

    assert order.tickets.get().status == "RESERVED"


def test_an_online_basket_keeps_both_limits_equal():
    order = an_order()

    extend(order, until=NOON + timedelta(hours=1), at=NOON)

    assert limits(order) == (timedelta(hours=1), timedelta(hours=1))


@pytest.mark.parametrize(
    ("until", "deadline", "expires"),
    [
        (8 * DAY, 8 * DAY, 9 * DAY),
        (8.5 * DAY, 8.5 * DAY, 9 * DAY),
        (9 * DAY, 9 * DAY, 9 * DAY),
        (99 * DAY,) + (9 * DAY,) * 2,
    ],
)
def test_both_limits_end_at_the_start_of_the_session(until, deadline, expires):
    order = a_reservation()

    extend(order, until=NOON + until, at=NOON)

    assert limits(order) == (deadline, expires)


def test_a_deadline_may_become_earlier():
    order = a_reservation()

    extend(order, until=NOON + DAY, at=NOON)

    assert limits(order) == (DAY, 2 * DAY)


def test_snacks_alone_have_no_start_to_end_at():
    order = an_order(snacks=[(an_item(), 1)])

    extend(order, until=NOON + timedelta(hours=1), at=NOON)

    assert limits(order) == (timedelta(hours=1), timedelta(hours=1))


def test_an_expired_order_that_is_not_cancelled_yet_may_be_extended():
    order = a_reservation()

    extend(order, until=NOON + 5 * DAY, at=NOON + 4 * DAY)

    assert list(Order.objects.expired(NOON + 4 * DAY)) == []


@pytest.mark.parametrize("until", [NOON, NOON - TICK, NOON - DAY])
def test_a_deadline_that_is_not_in_the_future_is_refused(until):
    order = a_reservation()

    with raises_unchanged(ExtensionRefused):
        extend(order, until=until, at=NOON)


def test_nothing_is_extended_once_the_session_has_started():
    order = a_reservation()

    with raises_unchanged(ExtensionRefused):
        extend(order, until=NOON + 99 * DAY, at=NOON + 9 * DAY)


@pytest.mark.parametrize("fate", ["PAID", "COMPLETED", "REFUNDED", "CANCELLED"])
def test_an_order_that_is_not_awaiting_payment_is_not_extended(fate):
    session = a_session()
    order = an_order(session) if fate == "CANCELLED" else a_paid_order(session)
    if fate == "CANCELLED":
        cancel(order, reason=CancelReason.CUSTOMER, at=NOON)
    if fate == "COMPLETED":
        complete([order], at=session.end_datetime)
    if fate == "REFUNDED":
        refund(order, reason="Fell ill", at=NOON)

    with raises_unchanged(NotAwaitingPayment):
        extend(order, until=NOON + timedelta(hours=1), at=NOON)
