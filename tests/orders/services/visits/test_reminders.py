from datetime import timedelta

import pytest

from notifications.models import MessageKind, Notification
from orders.models import Order, Ticket
from orders.queries import orders_to_remind
from orders.services import check_in, hold, refund, remind_locked
from screenings.models import Session
from screenings.services import cancel_session
from tests.helpers.factories import (
    NOON,
    a_cinema,
    a_customer,
    a_hall,
    a_paid_order,
    a_session,
    an_adult,
    an_order,
    free_seats,
    pay,
)

TICK = timedelta(microseconds=1)
AHEAD = timedelta(hours=2)


def due(at):
    return list(orders_to_remind(at).order_by("pk"))


def messages():
    return Notification.objects.filter(kind=MessageKind.TICKET_REMINDER).order_by("pk")


def test_a_reminder_names_film_time_and_place():
    session = a_session(a_hall(a_cinema(time_zone="Asia/Yekaterinburg")))
    order = a_paid_order(session, seats=2, language="ru")
    at = session.start_datetime - AHEAD

    remind_locked([order], at=at)

    message = messages().get()
    assert (message.recipient, message.language, message.not_after) == (order.email, "ru", session.start_datetime)
    assert message.occasion == f"{order.number} {session.pk}"
    assert message.cinema_id == order.cinema_id  # whose staff see it
    assert message.context == {
        "number": order.number,
        "film": "Solaris, 110 minutes",
        "rating": "0+",
        "starts": "2026-11-06T17:00:00+05:00",
        "cinema": session.hall.cinema.name,
        "address": "",
        "hall": session.hall.name,
        "seats": [[1, 1], [1, 2]],
        "link": order.link,
        "snacks": [],
    }
    assert list(order.tickets.values_list("reminder_sent_at", flat=True)) == [at, at]


def test_a_reminder_is_sent_once():
    session = a_session()
    order = a_paid_order(session)
    at = session.start_datetime - AHEAD
    remind_locked([order], at=at)

    remind_locked([order], at=at + TICK)

    assert (messages().count(), due(at + TICK)) == (1, [])


def test_each_session_of_an_order_has_its_own_reminder():
    hall = a_hall()
    first, second = a_session(hall), a_session(hall, start=NOON + timedelta(days=1, hours=2, minutes=30))
    order = pay(
        hold(
            cinema=hall.cinema,
            tickets=[(session, free_seats(session)[0], an_adult()) for session in (first, second)],
            user=a_customer(),
            at=NOON,
        )
    )

    for session in (first, second):
        remind_locked([order], at=session.start_datetime - AHEAD)

    assert [message.occasion for message in messages()] == [f"{order.number} {first.pk}", f"{order.number} {second.pk}"]


def test_only_unused_valid_tickets_are_named():
    session = a_session()
    order = a_paid_order(session, seats=3)
    came, refunded, _comes = order.tickets.order_by("pk")
    check_in(came, at=session.start_datetime - AHEAD, override="In a wheelchair")
    refund(order, lines=[refunded], reason="Fell ill", at=NOON)

    remind_locked([order], at=session.start_datetime - AHEAD)

    assert messages().get().context["seats"] == [[1, 3]]


def test_without_an_e_mail_address_the_phone_number_is_used():
    session = a_session()
    order = a_paid_order(session, email="", phone="+79990000000")

    remind_locked(due(session.start_datetime - AHEAD), at=session.start_datetime - AHEAD)

    assert [message.recipient for message in messages()] == [order.phone]


# --- When an order is due


@pytest.mark.parametrize(
    ("before", "is_due"),
    [(AHEAD + TICK, False), (AHEAD, True), (TICK, True), (timedelta(0), False), (-TICK, False)],
)
def test_a_reminder_is_due_in_the_last_two_hours_and_never_after_the_start(before, is_due):
    session = a_session()
    order = a_paid_order(session)

    assert due(session.start_datetime - before) == ([order] if is_due else [])


@pytest.mark.parametrize(("before", "is_due"), [(AHEAD + TICK, True), (AHEAD, False), (AHEAD - TICK, False)])
def test_tickets_bought_within_the_window_need_no_reminder(before, is_due):
    session = a_session()
    order = a_paid_order(session, at=session.start_datetime - before)

    assert due(session.start_datetime - TICK) == ([order] if is_due else [])


def test_the_time_of_payment_decides_not_that_of_the_hold():
    session = a_session()
    a_paid_order(session, channel="RESERVATION", paid_at=session.start_datetime - AHEAD)

    assert due(session.start_datetime - TICK) == []


def test_a_guest_without_an_address_is_not_due():
    session = a_session()
    a_paid_order(session, email="")

    assert due(session.start_datetime - AHEAD) == []


def test_an_unpaid_order_is_not_reminded():
    session = a_session()
    an_order(session, channel="RESERVATION")

    assert due(session.start_datetime - AHEAD) == []


@pytest.mark.parametrize("status", ["RESERVED", "USED", "EXPIRED", "AVAILABLE"])
def test_only_paid_tickets_are_due(status):
    session = a_session()
    a_paid_order(session)
    Ticket.objects.update(status=status)

    assert due(session.start_datetime - AHEAD) == []


@pytest.mark.parametrize("status", ["COMPLETED", "REFUNDED"])
def test_only_paid_orders_are_due(status):
    session = a_session()
    a_paid_order(session)
    Order.objects.update(status=status)

    assert due(session.start_datetime - AHEAD) == []


def test_a_cancelled_session_sends_no_reminder():
    session = a_session()
    a_paid_order(session)
    cancel_session(session, reason="Projector", at=NOON)

    assert due(session.start_datetime - AHEAD) == []


@pytest.mark.parametrize("status", [Session.Status.ONGOING, Session.Status.COMPLETED])
def test_a_session_marked_as_started_sends_no_reminder(status):
    session = a_session()
    a_paid_order(session)
    Session.objects.update(status=status)

    assert due(session.start_datetime - AHEAD) == []
