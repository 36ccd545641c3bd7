from datetime import timedelta

import pytest

from orders.errors import ForbiddenMove
from orders.models import Order, Ticket
from orders.services import check_in, collect, complete, expire_uncollected, hold, refund
from screenings.services import cancel_session
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import (
    NOON,
    a_hall,
    a_paid_order,
    a_session,
    an_adult,
    an_item,
    an_order,
    free_seats,
    pay,
)

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


def over(at):
    return list(Order.objects.over(at))


def an_order_of_two_sessions():
    hall = a_hall()
    sessions = [a_session(hall), a_session(hall, start=NOON + 2 * DAY)]
    order = hold(
        cinema=hall.cinema,
        tickets=[(session, free_seats(session)[0], an_adult()) for session in sessions],
        email="a@example.org",
        at=NOON,
    )
    return pay(order), *sessions


def test_tickets_that_were_not_scanned_are_no_shows():
    session = a_session()
    order = a_paid_order(session, seats=3)
    came, _stayed_away, refunded = order.tickets.order_by("pk")
    check_in(came, at=session.start_datetime)
    refund(order, lines=[refunded], reason="Fell ill", at=NOON)

    complete([order], at=session.end_datetime)

    order.refresh_from_db()
    assert (order.status, order.completed_at) == (Order.Status.COMPLETED, session.end_datetime)
    assert [ticket.status for ticket in order.tickets.order_by("pk")] == [
        Ticket.Status.USED,
        Ticket.Status.EXPIRED,
        Ticket.Status.AVAILABLE,
    ]
    assert list(order.events.values_list("from_status", "to_status", "at", "actor"))[-1:] == [
        ("PAID", "COMPLETED", session.end_datetime, None)
    ]


def test_an_order_is_completed_once():
    session = a_session()
    order = a_paid_order(session)
    complete([order], at=session.end_datetime)

    with raises_unchanged(ForbiddenMove):
        complete([order], at=session.end_datetime)


def test_one_unpaid_order_in_a_batch_refuses_the_whole_batch():
    session = a_session()
    orders = [a_paid_order(session), an_order(session)]

    with raises_unchanged(ForbiddenMove):
        complete(orders, at=session.end_datetime)


@pytest.mark.parametrize(("before", "is_over"), [(TICK, False), (timedelta(0), True)])
def test_an_order_is_over_when_its_session_ends(before, is_over):
    session = a_session()
    order = a_paid_order(session)

    assert over(session.end_datetime - before) == ([order] if is_over else [])


def test_an_order_is_over_with_its_last_session():
    order, first, last = an_order_of_two_sessions()

    assert (over(first.end_datetime), over(last.end_datetime)) == ([], [order])


def test_a_refunded_ticket_does_not_delay_completion():
    order, first, last = an_order_of_two_sessions()
    refund(order, lines=[order.tickets.get(session=last)], reason="Fell ill", at=NOON)

    assert over(first.end_datetime) == [order]


def test_an_order_of_a_cancelled_session_waits_for_its_refund():
    order, first, last = an_order_of_two_sessions()
    cancel_session(last, reason="Projector", at=NOON)

    assert over(last.end_datetime) == []

    refund(order, lines=[order.tickets.get(session=last)], reason="Projector", at=NOON)
    assert over(first.end_datetime) == [order]


def test_open_snacks_do_not_delay_completion_of_an_order_with_tickets():
    session = a_session()
    order = a_paid_order(session, snacks=[(an_item(session.hall.cinema), 1)])

    assert over(session.end_datetime) == [order]


def test_snacks_alone_are_over_when_they_are_collected():
    order = a_paid_order(snacks=[(an_item(), 1)])
    before = over(NOON)

    collect(order.preorders.get(), at=NOON)

    assert (before, over(NOON)) == ([], [order])


def test_snacks_alone_are_over_when_they_expire():
    order = a_paid_order(snacks=[(an_item(), 1)])
    deadline = order.preorders.get().collection_deadline

    expire_uncollected([order], at=deadline)

    assert over(deadline) == [order]


def test_an_order_is_not_over_before_its_last_snack_is_settled():
    cinema = a_session().hall.cinema
    order = a_paid_order(snacks=[(an_item(cinema), 1), (an_item(cinema), 1)])

    collect(order.preorders.order_by("pk")[0], at=NOON)

    assert over(NOON) == []


def test_snacks_that_were_collected_before_a_refund_of_the_ticket_complete_the_order():
    session = a_session()
    order = a_paid_order(session, snacks=[(an_item(session.hall.cinema), 1)])
    collect(order.preorders.get(), at=NOON)
    refund(order, reason="Fell ill", at=NOON)

    assert over(NOON) == [order]


@pytest.mark.parametrize("status", ["PENDING_PAYMENT", "PAYMENT_OVERDUE", "COMPLETED", "CANCELLED", "REFUNDED"])
def test_only_paid_orders_are_over(status):
    session = a_session()
    a_paid_order(session)
    Order.objects.update(status=status)

    assert over(session.end_datetime + DAY) == []


def test_an_order_is_not_over_before_it_is_paid():
    session = a_session()
    order = an_order(session)
    late = session.end_datetime + DAY
    pay(order, at=late)

    assert (over(late - TICK), over(late)) == ([], [order])


def test_snacks_are_not_over_before_they_are_collected():
    order = a_paid_order(snacks=[(an_item(), 1)])
    later = NOON + timedelta(hours=1)

    collect(order.preorders.get(), at=later)

    assert (over(later - TICK), over(later)) == ([], [order])
