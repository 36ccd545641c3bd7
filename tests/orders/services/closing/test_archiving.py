from datetime import timedelta
from decimal import Decimal

import pytest

from orders.models import Order, Ticket
from orders.services import (
    CancelReason,
    archive_locked,
    cancel,
    check_in,
    complete,
    process_refunds,
    record_refund,
    refund,
    refund_cancelled_sessions,
)
from orders.services.closing.archiving import to_archive
from screenings.models import Session, SessionSummary
from screenings.services import cancel_session, complete_sessions, start_sessions
from tests.helpers.factories import (
    NOON,
    PRICE,
    a_customer,
    a_hall,
    a_paid_order,
    a_promocode,
    a_session,
    an_order,
    business_state,
)

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
MONTH = timedelta(days=30)
FIGURES = ("capacity", "sold", "used", "no_show", "refunded", "gross", "net")


def archive(sessions, *, at):
    """Archive these sessions as they are in the database now, as the job does."""
    archive_locked(Session.objects.filter(pk__in=[session.pk for session in sessions]).order_by("pk"), at=at)


def a_played_session(*orders_of):
    """A completed session with an order from each of the functions; paid orders are completed."""
    session = a_session()
    for make in orders_of:
        make(session)
    complete(Order.objects.over(session.end_datetime), at=session.end_datetime)
    complete_sessions([session], at=session.end_datetime)
    return session


def due(at):
    return list(to_archive(at))


# --- When a session is due


@pytest.mark.parametrize(("beyond", "is_due"), [(timedelta(0), False), (TICK, True)])
def test_a_session_is_archived_more_than_a_month_after_its_end(beyond, is_due):
    session = a_played_session(a_paid_order)

    assert due(session.end_datetime + MONTH + beyond) == ([session] if is_due else [])


def test_a_session_without_orders_is_archived():
    session = a_played_session()

    assert due(session.end_datetime + MONTH + TICK) == [session]


def test_a_cancelled_session_is_archived():
    session = a_session()
    cancel_session(session, reason="Projector", at=NOON)

    assert due(session.end_datetime + MONTH + TICK) == [session]


@pytest.mark.parametrize("status", [Session.Status.SCHEDULED, Session.Status.ONGOING])
def test_a_session_that_is_not_marked_as_completed_is_not_archived(status):
    session = a_session()
    if status == Session.Status.ONGOING:
        start_sessions([session], at=session.start_datetime)

    assert due(session.end_datetime + 99 * DAY) == []


def test_a_session_is_archived_once():
    session = a_played_session(a_paid_order)
    archive([session], at=session.end_datetime + 31 * DAY)

    assert due(session.end_datetime + 99 * DAY) == []


def unpaid(session):
    an_order(session)


def overdue(session):
    Order.objects.filter(pk=an_order(session).pk).update(status=Order.Status.PAYMENT_OVERDUE)


def of_two_sessions(session):
    """A paid order with another session that is still to come."""
    order = a_paid_order(session)
    later = a_session(session.hall, start=NOON + 60 * DAY)
    ticket = a_paid_order(later).tickets.get()
    Ticket.objects.filter(pk=ticket.pk).update(order=order)


def charged_back(session):
    order = a_paid_order(session)
    record_refund(order, amount=order.final_amount, external_id="re_1", at=NOON)


@pytest.mark.parametrize("make", [unpaid, overdue, of_two_sessions, charged_back])
def test_a_session_waits_until_its_orders_are_settled(make):
    session = a_played_session(a_paid_order, make)

    assert due(session.end_datetime + 31 * DAY) == []


def cancelled(session):
    cancel(an_order(session), reason=CancelReason.CUSTOMER, at=NOON)


def refunded(session):
    refund(a_paid_order(session), reason="Fell ill", at=NOON)


def processed(session):
    charged_back(session)
    process_refunds(Order.objects.refund_to_process(NOON), at=NOON)


@pytest.mark.parametrize("make", [cancelled, refunded, processed, a_paid_order])
def test_a_session_does_not_wait_for_settled_orders(make):
    session = a_played_session(make)

    assert due(session.end_datetime + 31 * DAY) == [session]


def test_a_cancelled_session_waits_until_its_tickets_are_refunded():
    session = a_session()
    order = a_paid_order(session)
    complete([order], at=session.end_datetime)
    Session.objects.update(status=Session.Status.CANCELLED, cancelled_at=NOON)
    later = session.end_datetime + 31 * DAY
    waiting = due(later)

    refund_cancelled_sessions([order], at=session.end_datetime)

    assert (waiting, due(later)) == ([], [session])


@pytest.mark.parametrize("fact", ["completed", "cancelled", "processed"])
def test_a_session_is_not_due_before_its_orders_were_settled(fact):
    session = a_session()
    order = an_order(session) if fact == "cancelled" else a_paid_order(session)
    complete_sessions([session], at=session.end_datetime)
    late = session.end_datetime + 40 * DAY
    if fact == "completed":
        complete([order], at=late)
    elif fact == "cancelled":
        cancel(order, reason=CancelReason.STAFF, at=late)
    else:
        record_refund(order, amount=order.final_amount, external_id="re_1", at=NOON)
        process_refunds([order], at=late)

    assert (due(late - TICK), due(late)) == ([], [session])


# --- Summaries


def test_a_summary_has_the_figures_of_the_session():
    session = a_session(a_hall(rows=["s" * 10]))
    came = a_paid_order(session, seats=2, promocode=a_promocode())  # 315.00 each
    a_paid_order(session, customer=a_customer(points=100), points=50)  # 300.00, did not come
    part = a_paid_order(session, seats=2)  # one of the two is refunded
    refund(part, lines=[part.tickets.first()], reason="Fell ill", at=NOON)
    refund(a_paid_order(session), reason="Fell ill", at=NOON)
    cancel(an_order(session), reason=CancelReason.CUSTOMER, at=NOON)
    for ticket in came.tickets.all():
        check_in(ticket, at=session.start_datetime)
    complete(Order.objects.over(session.end_datetime), at=session.end_datetime)
    complete_sessions([session], at=session.end_datetime)

    archive([session], at=session.end_datetime + 31 * DAY)

    # sold: 2 × 315 + 300 + 2 × 350 + 350 = 1980; refunded 700
    assert SessionSummary.objects.values_list(*FIGURES).get(session=session) == (
        10,
        6,
        2,
        2,
        2,
        Decimal("1980.00"),
        Decimal("1280.00"),
    )


def test_the_summary_of_a_session_without_orders_is_all_zeros():
    session = a_played_session(cancelled)

    archive([session], at=session.end_datetime + 31 * DAY)

    assert SessionSummary.objects.values_list(*FIGURES).get() == (20, 0, 0, 0, 0, Decimal("0.00"), Decimal("0.00"))


def test_an_archived_session_leaves_the_live_lists_and_keeps_its_rows():
    session = a_played_session(a_paid_order)
    before = business_state()
    at = session.end_datetime + 31 * DAY

    archive([session], at=at)

    session.refresh_from_db()
    after = business_state()
    assert session.archived_at == at
    assert {table for table in after if after[table] != before.get(table)} == {
        "screenings.Session",
        "screenings.SessionSummary",
    }


def test_archiving_twice_is_once():
    session = a_played_session(a_paid_order)
    archive([session], at=session.end_datetime + 31 * DAY)
    before = business_state()

    archive([session], at=session.end_datetime + 32 * DAY)

    assert business_state() == before


def test_each_session_has_its_own_summary():
    hall = a_hall()
    sessions = [a_session(hall, start=NOON + number * DAY) for number in (1, 2)]
    a_paid_order(sessions[0])
    a_paid_order(sessions[1], seats=2)
    last = sessions[1].end_datetime
    complete(Order.objects.over(last), at=last)
    complete_sessions(sessions, at=last)

    archive(sessions, at=last + 31 * DAY)

    assert list(SessionSummary.objects.order_by("session").values_list("sold", "gross")) == [
        (1, PRICE),
        (2, 2 * PRICE),
    ]
