from datetime import timedelta

import pytest

from cinema.local_time import format_local
from orders.errors import (
    OrderNotPaid,
    ReasonNeeded,
    ScanNotUndoable,
    SessionNotHeld,
    TicketNotValid,
    TicketUsed,
    TooEarly,
    TooLate,
)
from orders.models import Order, Scan, Ticket
from orders.services import CancelReason, cancel, check_in, complete, process_refunds, record_refund, refund
from orders.services import undo_check_in as undo
from screenings.services import cancel_session
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_customer, a_paid_order, a_session, an_order, business_state

DOORS = NOON + timedelta(hours=23)


def test_a_paid_ticket_is_let_in():
    ticket = a_paid_order().tickets.get()
    usher = a_customer()

    returned = check_in(ticket, at=DOORS, actor=usher)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.used_at, returned) == (Ticket.Status.USED, DOORS, ticket)
    assert list(Scan.objects.values_list("ticket", "undone", "at", "actor")) == [(ticket.pk, False, DOORS, usher.pk)]


def test_a_scan_admits_only_its_own_ticket():
    order = a_paid_order(seats=2)
    first, _second = order.tickets.order_by("pk")

    check_in(first, at=DOORS)

    assert [ticket.status for ticket in order.tickets.order_by("pk")] == ["USED", "PAID"]
    order.refresh_from_db()
    assert order.status == Order.Status.PAID


def test_a_ticket_is_used_once():
    ticket = a_paid_order().tickets.get()
    check_in(ticket, at=DOORS)

    with raises_unchanged(TicketUsed):
        check_in(ticket, at=DOORS)


def test_a_stale_ticket_object_is_not_admitted():
    order = a_paid_order()
    ticket = order.tickets.get()  # loaded before the refund
    refund(order, reason="Fell ill", at=NOON)

    with raises_unchanged(OrderNotPaid):
        check_in(ticket, at=DOORS)


def test_an_unpaid_ticket_is_refused():
    ticket = an_order().tickets.get()

    with raises_unchanged(OrderNotPaid):
        check_in(ticket, at=NOON)


def test_a_cancelled_order_is_refused():
    order = an_order()
    cancel(order, reason=CancelReason.STAFF, at=NOON)

    with raises_unchanged(OrderNotPaid):
        check_in(order.tickets.get(), at=DOORS)


def test_a_ticket_refunded_among_others_is_refused():
    order = a_paid_order(seats=2)
    first, second = order.tickets.order_by("pk")
    refund(order, lines=[first], reason="Fell ill", at=NOON)

    with raises_unchanged(TicketNotValid):
        check_in(first, at=DOORS)

    assert check_in(second, at=DOORS).status == Ticket.Status.USED


def test_a_cancelled_session_is_refused():
    session = a_session()
    ticket = a_paid_order(session).tickets.get()
    cancel_session(session, reason="Projector", at=NOON)

    with raises_unchanged(SessionNotHeld):
        check_in(ticket, at=DOORS)


def test_an_order_charged_back_is_refused_before_it_is_processed():
    order = a_paid_order()
    record_refund(order, amount=order.final_amount, external_id="re_1", at=NOON)

    with raises_unchanged(OrderNotPaid):
        check_in(order.tickets.get(), at=DOORS)


def test_an_order_charged_back_is_refused_after_it_was_processed():
    order = a_paid_order()
    record_refund(order, amount=order.final_amount, external_id="re_1", at=NOON)
    process_refunds([order], at=NOON)

    with raises_unchanged(OrderNotPaid):
        check_in(order.tickets.get(), at=DOORS)


def test_a_no_show_is_not_admitted_afterwards():
    session = a_session()
    order = a_paid_order(session)
    complete([order], at=session.end_datetime)

    with raises_unchanged(TicketNotValid):
        check_in(order.tickets.get(), at=session.end_datetime)


# --- At the time of the session


def test_tickets_are_checked_in_from_the_opening_of_the_doors_to_the_end(settings):
    settings.DOORS_OPEN = timedelta(minutes=45)
    session = a_session()
    early, first, last, late = a_paid_order(session, seats=4).tickets.order_by("pk")

    with raises_unchanged(TooEarly) as too_early:
        check_in(early, at=session.start_datetime - timedelta(minutes=45, seconds=1))
    check_in(first, at=session.start_datetime - timedelta(minutes=45))
    check_in(last, at=session.end_datetime)
    with raises_unchanged(TooLate) as too_late:
        check_in(late, at=session.end_datetime + timedelta(seconds=1))

    start = format_local(session.start_datetime, session.hall.cinema.zone, named=False)
    assert str(too_early.value) == f"Too early: this ticket is for {start}, {session.hall.name}."
    assert str(too_late.value) == (
        f"Too late: this ticket was for {start}, {session.hall.name}, and that screening is over."
    )


def test_an_override_admits_a_guest_at_another_time_and_is_kept_with_the_scan():
    session = a_session()
    ticket = a_paid_order(session).tickets.get()
    supervisor = a_customer()

    check_in(ticket, at=NOON, actor=supervisor, override=" In a wheelchair ")

    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.USED
    assert Scan.objects.values_list("override", "actor").get() == ("In a wheelchair", supervisor.pk)


def test_an_override_admits_no_ticket_that_is_not_valid():
    ticket = a_paid_order().tickets.get()
    check_in(ticket, at=DOORS)

    with raises_unchanged(TicketUsed) as refused:
        check_in(ticket, at=NOON, override="In a wheelchair")

    zone = ticket.session.hall.cinema.zone
    used = format_local(DOORS, zone, named=False)
    assert f"already used: {used}" in str(refused.value)


def test_an_override_needs_a_reason_that_can_be_stored():
    ticket = a_paid_order().tickets.get()

    with raises_unchanged(ReasonNeeded):
        check_in(ticket, at=NOON, override=" ")


# --- Undoing a scan


def test_a_scan_is_undone():
    ticket = a_paid_order().tickets.get()
    usher = a_customer()
    check_in(ticket, at=DOORS)

    returned = undo(ticket, at=DOORS + timedelta(minutes=1), actor=usher)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.used_at, returned) == (Ticket.Status.PAID, None, ticket)
    assert list(Scan.objects.order_by("pk").values_list("undone", "actor")) == [(False, None), (True, usher.pk)]


def test_a_ticket_is_admitted_again_after_its_scan_was_undone():
    ticket = a_paid_order().tickets.get()
    check_in(ticket, at=DOORS)
    undo(ticket, at=DOORS)

    assert check_in(ticket, at=DOORS).status == Ticket.Status.USED


def test_there_is_nothing_to_undo_without_a_scan():
    ticket = a_paid_order().tickets.get()

    with raises_unchanged(ScanNotUndoable):
        undo(ticket, at=DOORS)


def test_a_scan_of_a_completed_order_stays():
    session = a_session()
    order = a_paid_order(session)
    ticket = order.tickets.get()
    check_in(ticket, at=DOORS)
    complete([order], at=session.end_datetime)

    with raises_unchanged(ScanNotUndoable):
        undo(ticket, at=session.end_datetime)


@pytest.mark.parametrize("is_processed", [False, True])
def test_a_scan_of_a_refunded_order_stays(is_processed):
    order = a_paid_order()
    ticket = order.tickets.get()
    check_in(ticket, at=DOORS)
    record_refund(order, amount=order.final_amount, external_id="re_1", at=DOORS)
    if is_processed:
        process_refunds([order], at=DOORS)

    with raises_unchanged(ScanNotUndoable):
        undo(ticket, at=DOORS)


def test_an_undone_scan_changes_nothing_but_the_scans():
    ticket = a_paid_order(seats=2).tickets.first()
    before = business_state()

    check_in(ticket, at=DOORS)
    undo(ticket, at=DOORS)

    after = business_state()
    assert {table for table in after if after[table] != before.get(table)} == {"orders.Scan"}
