from datetime import timedelta

import pytest

from notifications.models import MessageKind, Notification
from orders.errors import ForbiddenMove
from orders.models import Order
from orders.services import cancel, extend, mark_overdue
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_paid_order, a_session, an_order

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


def a_reservation(**basket):
    return an_order(a_session(start=NOON + 9 * DAY), channel="RESERVATION", **basket)


def messages():
    return Notification.objects.filter(kind=MessageKind.ORDER_OVERDUE).order_by("pk")


def test_an_overdue_order_keeps_its_seats_and_the_customer_is_notified():
    order = a_reservation()
    at = order.payment_deadline

    mark_overdue([order], at=at)

    order.refresh_from_db()
    assert (order.status, order.tickets.get().status) == (Order.Status.PAYMENT_OVERDUE, "RESERVED")
    message = messages().get()
    assert (message.recipient, message.not_after) == (order.email, order.expires_at)
    session, seat = order.tickets.get().session, order.tickets.get().seat
    assert message.context == {
        "number": order.number,
        "link": f"http://127.0.0.1:8000/order/{order.token}/",
        "cinema": session.hall.cinema.name,
        "address": "",
        "showings": [
            {
                "film": "Solaris, 110 minutes",
                "rating": "0+",
                "starts": session.hall.cinema.local(session.start_datetime).isoformat(),
                "hall": session.hall.name,
                "seats": [[seat.row, seat.number]],
            }
        ],
        "snacks": [],
        "amount": "350.00",
        "cancelled_at": "2026-11-08T15:00:00+03:00",
    }


def test_without_an_address_no_message_is_sent():
    order = a_reservation(email="")

    mark_overdue([order], at=order.payment_deadline)

    assert list(messages()) == []


def test_each_missed_deadline_sends_one_message():
    order = a_reservation()
    mark_overdue([order], at=order.payment_deadline)
    order = extend(order, until=order.payment_deadline + DAY, at=order.payment_deadline)

    mark_overdue([order], at=order.payment_deadline)

    assert messages().count() == 2


def test_the_same_deadline_sends_no_second_message():
    order = a_reservation()
    deadline = order.payment_deadline
    mark_overdue([order], at=deadline)
    extend(order, until=deadline + DAY, at=deadline)
    order = extend(order, until=deadline, at=deadline - TICK)

    mark_overdue([order], at=deadline)

    assert messages().count() == 1


@pytest.mark.parametrize("status", ["PAID", "COMPLETED", "CANCELLED", "REFUNDED", "PAYMENT_OVERDUE"])
def test_only_a_pending_order_becomes_overdue(status):
    order = a_reservation()
    Order.objects.update(status=status)

    with raises_unchanged(ForbiddenMove):
        mark_overdue([order], at=order.payment_deadline)


@pytest.mark.parametrize(("before", "is_due"), [(TICK, False), (timedelta(0), True)])
def test_an_order_is_overdue_when_its_deadline_is_reached(before, is_due):
    order = a_reservation()

    assert list(Order.objects.overdue(order.payment_deadline - before)) == ([order] if is_due else [])


@pytest.mark.parametrize(("before", "is_due"), [(TICK, True), (timedelta(0), False)])
def test_an_order_that_expires_is_not_overdue_any_more(before, is_due):
    order = a_reservation()

    assert list(Order.objects.overdue(order.expires_at - before)) == ([order] if is_due else [])


def test_an_online_order_expires_without_becoming_overdue():
    order = an_order()

    assert list(Order.objects.overdue(order.payment_deadline)) == []


def test_settled_orders_are_not_overdue():
    session = a_session(start=NOON + 9 * DAY)
    a_paid_order(session, channel="RESERVATION")
    cancel(an_order(session, channel="RESERVATION"), reason="STAFF", at=NOON)

    assert list(Order.objects.overdue(NOON + 2 * DAY)) == []
