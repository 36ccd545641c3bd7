"""Refunds of tickets that are not valid without others: of customers, of staff, and of cancelled sessions."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consistency import invariants
from orders.errors import SoldTogether
from orders.models import Order, Ticket
from orders.services import (
    TooLateToRefund,
    check_in,
    hold,
    preview_refund,
    refund,
    refund_by_customer,
    refund_cancelled_sessions,
)
from screenings.models import Session, TicketType
from screenings.services import cancel_session
from tests.helpers import factories
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON

pytestmark = pytest.mark.django_db


def sold(
    seats: str, *, rows: tuple[str, ...] = ("wcssll",), session: Session | None = None
) -> tuple[Order, list[Ticket]]:
    """A paid order of these seats of the first row; * marks the free ticket of a companion."""
    session = session or factories.a_session(factories.a_hall(rows=rows))
    carer, _new = TicketType.objects.get_or_create(name="Carer", price_percent=0, sold_to=TicketType.SoldTo.COMPANION)
    hall = {seat.number: seat for seat in session.hall.seats.filter(row=1)}
    tickets = [
        (session, hall[int(each[0])], carer if each.endswith("*") else factories.an_adult()) for each in seats.split()
    ]
    order = factories.pay(hold(cinema=session.hall.cinema, tickets=tickets, email="guest@example.org", at=NOON))
    return order, list(order.tickets.order_by("seat__number"))


def statuses(order: Order) -> list[str]:
    return list(order.tickets.order_by("seat__number").values_list("status", flat=True))


def by_customer(order: Order, lines: list[Ticket]) -> None:
    refund_by_customer(order, lines=lines, at=NOON)


def by_staff(order: Order, lines: list[Ticket]) -> None:
    refund(order, lines=lines, reason="Asked at the box office", at=NOON)


@pytest.mark.parametrize("refunded", [by_customer, by_staff])
def test_the_free_ticket_of_a_companion_goes_along_with_the_wheelchair_space(refunded) -> None:
    order, [chair, companion, _other] = sold("1 2* 3")

    refunded(order, [chair])

    companion.refresh_from_db()
    assert statuses(order) == ["AVAILABLE", "AVAILABLE", "PAID"]
    assert companion.refund_line.amount == 0
    assert order.refunds.get().amount == Decimal("350.00")
    assert list(invariants.violations(NOON)) == []


def test_the_order_is_refunded_with_the_last_ticket_that_goes_along() -> None:
    order, [chair, _companion] = sold("1 2*")

    preview = preview_refund(order, lines=[chair], at=NOON)
    refund(order, lines=[chair], reason="Asked", at=NOON)

    order.refresh_from_db()
    assert preview.last
    assert [ticket.seat.number for ticket in preview.along] == [2]
    assert order.status == Order.Status.REFUNDED


def test_a_companion_is_refunded_without_the_wheelchair_space() -> None:
    order, [_chair, companion] = sold("1 2*")

    refund(order, lines=[companion], reason="Comes alone", at=NOON)

    assert statuses(order) == ["PAID", "AVAILABLE"]


@pytest.mark.parametrize("refunded", [by_customer, by_staff])
@pytest.mark.parametrize("seats", ["5 6", "1 2"])
def test_tickets_that_were_paid_for_have_to_be_named(refunded, seats: str) -> None:
    order, [first, second] = sold(seats)

    with raises_unchanged(SoldTogether) as refused:
        refunded(order, [first])

    assert refused.value.tickets == [second]
    assert str(refused.value) == f"These seats are sold together only. Refund them too: row 1, seat {seats[-1]}."
    refunded(order, [first, second])
    assert statuses(order) == ["AVAILABLE", "AVAILABLE"]


def test_a_companion_who_has_been_let_in_keeps_a_customer_from_refunding_the_wheelchair_space() -> None:
    order, [chair, companion] = sold("1 2*")
    check_in(companion, at=companion.session.start_datetime)

    with raises_unchanged(TooLateToRefund):
        by_customer(order, [chair])


def test_half_a_love_seat_that_was_sold_alone_does_not_block_other_refunds() -> None:
    order, [other, _half] = sold("3 5")

    refund(order, lines=[other], reason="Asked", at=NOON)

    assert statuses(order) == ["AVAILABLE", "PAID"]


def test_other_sessions_of_the_order_are_left_alone() -> None:
    order, [chair, _companion] = sold("1 2*")
    _other_order, [_chair, companion] = sold("1 2*")
    companion.order = order
    companion.save()

    refund(order, lines=[chair], reason="Asked", at=NOON)

    companion.refresh_from_db()
    assert companion.status == "PAID"


def test_a_cancelled_session_refunds_its_tickets_in_a_constant_number_of_queries() -> None:
    def queries(orders: list[Order]) -> int:
        for order in orders:
            session = order.tickets.first().session
            if session.status != Session.Status.CANCELLED:
                cancel_session(session, reason="No power", at=NOON)
        with CaptureQueriesContext(connection) as seen:
            refund_cancelled_sessions(orders, at=NOON)
        return len(seen)

    one = queries([sold("5 6")[0]])
    session = factories.a_session(factories.a_hall(rows=["llllll"]))
    many = [sold(seats, session=session)[0] for seats in ("1 2", "3 4", "5 6")]

    assert queries(many) == one
    assert {order.tickets.first().status for order in many} == {"AVAILABLE"}
