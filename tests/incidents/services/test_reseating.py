"""Other seats of the same session for a guest."""

from datetime import timedelta
from decimal import Decimal

import pytest

from incidents.errors import SeatsNotChangeable
from incidents.services import change_seats
from notifications.models import Notification
from notifications.rendering import render_email
from orders.errors import ReasonNeeded, SeatBroken, SeatTaken
from orders.models import OrderChange
from orders.services import UnknownCode, check_in, code_of, hold, ticket_of
from screenings.models import Seat, SeatSurcharge, TicketType
from screenings.services import cancel_session, start_outage
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_customer, a_hall, a_paid_order, a_session, an_order, business_state, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return a_session(a_hall(rows=["ssss", "vv", "w", "ll"]))


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
    for code in codes:
        with pytest.raises(UnknownCode):
            ticket_of(code)
    assert [ticket_of(code_of(each)).seat.number for each in order.tickets.order_by("pk")] == [3, 4]
    again = Notification.objects.filter(kind="ORDER_PAID").order_by("-pk").first()
    assert again.context["showings"][0]["seats"] == [[1, 3], [1, 4]]
    assert [code for _name, code in again.context["codes"]] == [code_of(each) for each in order.tickets.order_by("pk")]
    change = OrderChange.objects.get()
    assert (change.kind, change.actor, change.reason) == ("SEATS", supervisor, "Tall guest in front")
    assert change.details.count("→") == 2


def test_the_codes_of_tickets_that_stay_where_they_are_keep_working(session, order):
    _moved, stays = order.tickets.order_by("pk")
    code = code_of(stays)

    move(order, seat(session, 1, 3))

    assert ticket_of(code) == stays


def test_a_ticket_that_comes_back_to_its_seat_does_not_get_its_first_code_back(session, order):
    ticket = order.tickets.order_by("pk").first()
    first = code_of(ticket)

    move(order, seat(session, 1, 3))
    move(order, ticket.seat, at=NOON + timedelta(minutes=1))

    with pytest.raises(UnknownCode):
        ticket_of(first)


@pytest.mark.parametrize("sold_to", ["ANYBODY", "TILL"])
def test_a_free_ticket_moves_to_a_dearer_seat_unless_it_is_a_gift_of_the_house(session, sold_to):
    SeatSurcharge.objects.create(cinema=session.hall.cinema, kind="VIP", amount=200)
    free = TicketType.objects.create(name="Free", price_percent=0, sold_to=sold_to)
    places = [(session, seat(session, 1, 1), free)]
    order = pay(hold(cinema=session.hall.cinema, tickets=places, channel="BOX_OFFICE", at=NOON))

    if sold_to == "TILL":
        with raises_unchanged(SeatsNotChangeable):
            move(order, seat(session, 2, 1))
    else:
        move(order, seat(session, 2, 1))


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


def test_a_seat_of_another_hall_is_refused(session, order):
    elsewhere = Seat.objects.filter(hall=a_hall(session.hall.cinema)).first()

    with raises_unchanged(SeatsNotChangeable):
        move(order, elsewhere)


def test_another_kind_of_seat_is_given_at_the_same_price_only(session, order):
    vip = seat(session, 2, 1)
    surcharge = session.hall.cinema.seat_surcharges.create(kind="VIP", amount=Decimal("100.00"))

    with raises_unchanged(SeatsNotChangeable) as refused:
        move(order, vip)
    assert "Refund the ticket and sell a new one" in str(refused.value)
    surcharge.delete()
    move(order, vip)

    assert order.tickets.filter(seat=vip).exists()


@pytest.mark.parametrize("row", [3, 4], ids=["wheelchair", "love seat"])
def test_a_place_for_a_wheelchair_or_for_two_is_not_given_for_another(session, order, row):
    with raises_unchanged(SeatsNotChangeable):
        move(order, seat(session, row, 1))


def test_nothing_moves_in_a_cancelled_session(session, order):
    cancel_session(session, reason="Projector", at=NOON)

    with raises_unchanged(SeatsNotChangeable):
        move(order, seat(session, 1, 4))


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


def seats_of(order):
    return [(each.seat.row, each.seat.number) for each in order.tickets.order_by("pk")]


def test_guests_shift_by_one_seat(session, order):
    move(order, seat(session, 1, 2), seat(session, 1, 3))

    assert sorted(seats_of(order)) == [(1, 2), (1, 3)]


def test_guests_exchange_their_seats_and_what_they_paid_goes_along(session, order):
    first, second = order.tickets.order_by("pk")
    child = TicketType.objects.create(name="Child", price_percent=50)
    second.ticket_type, second.price = child, Decimal("175.00")
    second.save()

    move(order, seat(session, 1, 2), seat(session, 1, 1))

    by_seat = {each.seat.number: (each.ticket_type, each.price) for each in order.tickets.all()}
    assert by_seat == {1: (child, Decimal("175.00")), 2: (first.ticket_type, Decimal("350.00"))}


def test_two_guests_do_not_get_one_seat(session, order):
    with raises_unchanged(SeatTaken):
        move(order, seat(session, 1, 3), seat(session, 1, 3))


def test_a_second_press_changes_nothing(session, order):
    move(order, seat(session, 1, 3), seat(session, 1, 4))
    before = business_state()

    move(order, seat(session, 1, 3), seat(session, 1, 4))

    assert business_state() == before


def test_the_email_says_which_seats_have_changed(session, order):
    move(order, seat(session, 1, 3))

    again = Notification.objects.filter(kind="ORDER_PAID").order_by("-pk").first()
    assert again.context["moves"] == [[1, 1, 1, 3]]
    assert "row 1, seat 1 → row 1, seat 3" in render_email(again).body
