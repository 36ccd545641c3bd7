"""What a guest decides after a change."""

from datetime import timedelta

import pytest

from accounts.models import LimitUse
from customers.services import correct_address
from incidents.errors import DecisionClosed, ReturnedAtCinema
from incidents.models import ConcernedOrder
from incidents.services import record_delay, return_tickets
from orders.services import check_in, hold, undo_check_in
from orders.services.refunds.by_customer import RefundedAtCinema, TooLateToRefund
from screenings.models import TicketType
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import (
    NOON,
    PRICE,
    a_hall,
    a_paid_order,
    a_session,
    an_adult,
    free_seats,
    pay,
)
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def test_cash_of_a_guest_whose_address_staff_entered_is_refunded_at_the_cinema_only():
    session = a_session(start=NOON)
    order = a_paid_order(session, at=NOON - timedelta(hours=1))
    manager = someone("floor_manager", order.cinema)
    record_delay(session, minutes=60, reason="Projector", at=NOON, actor=manager)
    correct_address(order, email="mine@example.org", reason="Typed wrong", at=NOON, actor=manager)

    with raises_unchanged(RefundedAtCinema):
        return_tickets(ConcernedOrder.objects.get(), at=NOON)


def late(session, *, at, manager):
    record_delay(session, minutes=60, reason="Projector", at=at, actor=manager)


def test_what_is_returned_after_a_late_start_was_entered_counts_for_whoever_entered_it(settings):
    settings.APPROVAL_LIMITS = {"orders.refund_session": PRICE}
    session = a_session(start=NOON)
    for _ in range(2):
        a_paid_order(session, at=NOON - HOUR)
    manager = someone("floor_manager", session.hall.cinema)
    late(session, at=NOON, manager=manager)
    first, second = ConcernedOrder.objects.order_by("pk")

    return_tickets(first, at=NOON + HOUR / 2)
    with raises_unchanged(ReturnedAtCinema):
        return_tickets(second, at=NOON + HOUR / 2)

    assert [(use.person, use.amount) for use in LimitUse.objects.all()] == [(manager, PRICE)]


def test_a_late_start_that_was_entered_before_it_counts_for_nobody():
    session = a_session(start=NOON)
    a_paid_order(session, at=NOON - HOUR)
    late(session, at=NOON - HOUR / 2, manager=someone("floor_manager", session.hall.cinema))

    return_tickets(ConcernedOrder.objects.get(), at=NOON + HOUR / 2)

    assert not LimitUse.objects.exists()


def test_whoever_was_let_in_returns_nothing_even_if_the_check_in_was_undone():
    session = a_session(start=NOON)
    order = a_paid_order(session, at=NOON - HOUR)
    manager = someone("floor_manager", session.hall.cinema)
    check_in(order.tickets.get(), at=NOON, actor=someone("usher", session.hall.cinema))
    late(session, at=NOON, manager=manager)
    undo_check_in(order.tickets.get(), at=NOON, actor=manager)

    with raises_unchanged(DecisionClosed):
        return_tickets(ConcernedOrder.objects.get(), at=NOON)


def test_a_companion_who_was_let_in_keeps_the_wheelchair_space_from_being_returned():
    session = a_session(a_hall(rows=["wc"]), start=NOON)
    carer = TicketType.objects.create(name="Carer", price_percent=0, sold_to=TicketType.SoldTo.COMPANION)
    chair, beside = free_seats(session)
    seats = [(session, chair, an_adult()), (session, beside, carer)]
    order = pay(hold(cinema=session.hall.cinema, tickets=seats, email="guest@example.org", at=NOON - HOUR), at=NOON)
    check_in(order.tickets.get(seat=beside), at=NOON)
    late(session, at=NOON, manager=someone("floor_manager", session.hall.cinema))

    with raises_unchanged(TooLateToRefund):
        return_tickets(ConcernedOrder.objects.get(), at=NOON)
