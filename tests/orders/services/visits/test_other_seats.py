"""Other seats of the same session for a guest."""

import pytest

from notifications.models import Notification
from orders.errors import ReasonNeeded, SeatBroken, SeatsNotChangeable, SeatTaken
from orders.models import OrderChange
from orders.services import change_seats, check_in, code_of, ticket_of
from screenings.models import Seat
from screenings.services import start_outage
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_customer, a_hall, a_paid_order, a_session, an_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return a_session(a_hall(rows=["ssss", "vv"]))


@pytest.fixture
def order(session):
    return a_paid_order(session, seats=2)


def seat(session, row, number):
    return Seat.objects.get(hall=session.hall, row=row, number=number)


def move(order, *seats, **given):
    moves = list(zip(order.tickets.order_by("pk"), seats, strict=False))
    change_seats(order, moves, **{"reason": "Tall guest in front", "at": NOON, **given})


def test_guests_get_other_seats_and_their_tickets_again(session, order):
    supervisor = a_customer()
    codes = [code_of(ticket) for ticket in order.tickets.order_by("pk")]

    move(order, seat(session, 1, 3), seat(session, 1, 4), actor=supervisor)

    assert list(order.tickets.order_by("pk").values_list("seat__row", "seat__number")) == [(1, 3), (1, 4)]
    assert [ticket_of(code).seat.number for code in codes] == [3, 4]
    again = Notification.objects.filter(kind="ORDER_PAID").order_by("-pk").first()
    assert again.context["showings"][0]["seats"] == [[1, 3], [1, 4]]
    change = OrderChange.objects.get()
    assert (change.kind, change.actor, change.reason) == ("SEATS", supervisor, "Tall guest in front")
    assert change.details.count("→") == 2


def test_the_seats_that_were_left_are_free_again(session, order):
    move(order, seat(session, 1, 3))

    an_order(session, seats=1)


def test_a_taken_seat_is_refused(session, order):
    taken = a_paid_order(session).tickets.get().seat

    with raises_unchanged(SeatTaken):
        move(order, taken)


def test_a_broken_seat_is_refused(session, order):
    broken = seat(session, 1, 4)
    start_outage([broken], since=NOON, reason="Broken arm")

    with raises_unchanged(SeatBroken):
        move(order, broken)


def test_another_kind_of_seat_or_hall_is_refused(session, order):
    elsewhere = Seat.objects.filter(hall=a_hall(session.hall.cinema)).first()

    for wrong in (seat(session, 2, 1), elsewhere):
        with raises_unchanged(SeatsNotChangeable):
            move(order, wrong)


def test_both_halves_of_a_love_seat_move_together():
    session = a_session(a_hall(rows=["llll"]))
    order = a_paid_order(session, seats=2)

    with raises_unchanged(SeatsNotChangeable) as refused:
        move(order, seat(session, 1, 3))
    move(order, seat(session, 1, 3), seat(session, 1, 4))

    assert str(refused.value) == (
        "These seats are sold in pairs: row 1, seat 3; row 1, seat 2. Move both guests together."
    )
    assert list(order.tickets.order_by("pk").values_list("seat__number", flat=True)) == [3, 4]


def test_a_used_ticket_stays_where_it_is(session, order):
    check_in(order.tickets.order_by("pk").first(), at=session.start_datetime)

    with raises_unchanged(SeatsNotChangeable):
        move(order, seat(session, 1, 4), at=session.start_datetime)


def test_nothing_moves_after_the_end(session, order):
    with raises_unchanged(SeatsNotChangeable):
        move(order, seat(session, 1, 4), at=session.end_datetime)


def test_an_unpaid_order_or_another_orders_ticket_is_refused(session, order):
    unpaid = an_order(session)
    free = Seat.objects.filter(hall=session.hall, row=1, number=4).get()

    with raises_unchanged(SeatsNotChangeable):
        change_seats(unpaid, [(unpaid.tickets.get(), free)], reason="Asked", at=NOON)
    with raises_unchanged(SeatsNotChangeable):
        change_seats(order, [(unpaid.tickets.get(), free)], reason="Asked", at=NOON)


def test_a_reason_is_needed(session, order):
    with raises_unchanged(ReasonNeeded):
        move(order, seat(session, 1, 4), reason="")
