"""Refunds of tickets that were scanned."""

from datetime import timedelta

import pytest

from accounts.errors import ApprovalRequired
from accounts.services import approve, request_approval
from orders.errors import ScannedTicket, SeatBroken
from orders.models import Ticket
from orders.models.tickets import UNDO_OWN_SCAN
from orders.services import check_in, refund, refund_by_customer, undo_check_in
from orders.services.refunds.by_customer import TooLateToRefund
from screenings.models import SeatOutage
from screenings.services.outages import refuse_out_of_use
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, PRICE, a_paid_order, a_session
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def session():
    return a_session(start=NOON + 10 * MINUTE)


@pytest.fixture
def manager(session):
    return someone("floor_manager", session.hall.cinema)


def test_a_scanned_ticket_is_refunded_only_if_the_cinema_is_at_fault(session, manager):
    order = a_paid_order(session, seats=2)
    scanned, other = order.tickets.order_by("pk")
    check_in(scanned, at=NOON)

    with raises_unchanged(ScannedTicket):
        refund(order, reason="Ill", at=NOON, actor=manager)
    refund(order, lines=[other], reason="Ill", at=NOON, actor=manager)
    back = refund(order, reason="No sound", at_fault=True, at=NOON, actor=manager)

    assert (back.amount, back.reason) == (PRICE, "The cinema is at fault: No sound")


def test_the_seat_is_not_sold_again_while_the_guest_may_sit_there(session, manager):
    order = a_paid_order(session)
    ticket = order.tickets.get()
    check_in(ticket, at=NOON)

    refund(order, reason="No sound", at_fault=True, at=NOON + 30 * MINUTE, actor=manager)

    out = SeatOutage.objects.get()
    assert (out.seat, out.since, out.until) == (ticket.seat, NOON + 30 * MINUTE, session.end_datetime)
    with raises_unchanged(SeatBroken):
        refuse_out_of_use([(session, ticket.seat)])


def test_what_is_approved_later_is_not_refunded_if_it_was_scanned_meanwhile(session, manager, settings):
    settings.APPROVAL_LIMITS = {**settings.APPROVAL_LIMITS, "orders.refund": 1}
    owner = someone("owner", all_cinemas=True)
    order = a_paid_order(session)
    with raises_unchanged(ApprovalRequired):
        refund(order, reason="Ill", at=NOON, actor=manager)
    asked = request_approval("orders.refund", order, arguments={"reason": "Ill"}, facts=[], at=NOON, actor=manager)
    check_in(order.tickets.get(), at=NOON)

    with raises_unchanged(ScannedTicket):
        approve(asked, digest=asked.digest, at=NOON, actor=owner)


def test_undoing_a_check_in_does_not_make_a_ticket_unscanned(session, manager):
    order, usher = a_paid_order(session), someone("usher", session.hall.cinema)
    ticket = order.tickets.get()
    check_in(ticket, at=NOON, actor=usher)
    undo_check_in(ticket, at=NOON + MINUTE, actor=manager)

    with raises_unchanged(ScannedTicket):
        refund(order, reason="Ill", at=NOON + MINUTE, actor=manager)
    refund(order, reason="No sound", at_fault=True, at=NOON + MINUTE, actor=manager)

    assert SeatOutage.objects.get().seat == ticket.seat


@pytest.mark.parametrize(("after", "counts"), [(UNDO_OWN_SCAN - MINUTE, False), (UNDO_OWN_SCAN, True)])
def test_only_what_people_scanned_by_mistake_and_undid_at_once_was_never_scanned(session, manager, after, counts):
    ticket = a_paid_order(session).tickets.get()
    check_in(ticket, at=NOON, actor=manager)
    undo_check_in(ticket, at=NOON + after, actor=manager)

    assert Ticket.objects.admitted().exists() is counts


def test_customers_return_no_ticket_whose_check_in_was_undone():
    session = a_session(start=NOON + 2 * 60 * MINUTE)
    order = a_paid_order(session)
    ticket = order.tickets.get()
    check_in(ticket, at=NOON, override="Came early")
    undo_check_in(ticket, at=NOON)

    with raises_unchanged(TooLateToRefund):
        refund_by_customer(order, lines=[ticket], at=NOON)
