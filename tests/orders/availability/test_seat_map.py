"""The seat map of one session: taken seats, prices, and valid choices."""

from datetime import timedelta
from decimal import Decimal

import pytest

from orders.availability.seat_map import SeatMap, taken_seats
from orders.errors import ChoiceRefused, NotOnSale, SeatLeftAlone, SeatTaken
from screenings.models import Seat, Session, TicketType
from screenings.services import start_outage
from tests.helpers import factories
from tests.helpers.factories import NOON

pytestmark = pytest.mark.django_db


def test_sold_held_and_broken_seats_are_taken_but_not_the_seats_of_the_order_itself():
    session = factories.a_session()
    mine, other = factories.an_order(session, seats=2), factories.an_order(session, seats=1)
    broken = factories.free_seats(session)[0]
    start_outage([broken], since=NOON, reason="Wet")

    taken, own = taken_seats(session, at=NOON, order=mine)

    assert own == {ticket.seat_id for ticket in mine.tickets.all()}
    assert taken == {other.tickets.get().seat_id, broken.pk}


def test_a_seat_map_takes_five_queries_for_any_hall(django_assert_num_queries):
    for rows in (1, 10):
        session = factories.a_session(factories.a_hall(rows=["s" * 20] * rows))
        factories.an_order(session, seats=2 * rows)
        start_outage(factories.free_seats(session)[:rows], since=NOON, reason="Wet")
        session = Session.objects.select_related("hall__cinema", "film").get(pk=session.pk)

        with django_assert_num_queries(5):
            seat_map = SeatMap(session, at=NOON)
            assert seat_map.count.free == 17 * rows
            assert seat_map.prices["STANDARD"] == session.ticket_price


def test_a_seat_price_includes_ticket_type_and_seat_surcharge():
    session = factories.a_session(price=Decimal("350.00"))
    session.hall.cinema.seat_surcharges.create(kind="VIP", amount=Decimal("100.00"))

    seat_map = SeatMap(session, at=NOON)

    assert seat_map.price(Seat(kind="VIP"), TicketType(price_percent=50)) == Decimal("275.00")
    assert (seat_map.prices["VIP"], seat_map.prices["STANDARD"]) == (Decimal("450.00"), Decimal("350.00"))


def test_an_invalid_choice_of_seats_is_refused():
    session = factories.a_session(factories.a_hall(rows=["ssssss", "wc__ss"]))
    factories.an_order(session, seats=1)
    seat_map = SeatMap(session, at=NOON)
    front, back = seat_map.seats[:6], seat_map.seats[6:]

    for wanted, refusal in [
        ([front[0]], SeatTaken),
        ([front[2]], SeatLeftAlone),
        ([back[1]], ChoiceRefused),
    ]:
        with pytest.raises(refusal):
            seat_map.check(wanted)
    with pytest.raises(NotOnSale):
        SeatMap(session, at=session.start_datetime).check([front[1]])
    seat_map.check([back[0], back[1]])


def test_a_companion_ticket_is_refused_without_a_wheelchair_space():
    session = factories.a_session(factories.a_hall(rows=["wcss"]))
    adult = factories.an_adult()
    carer = TicketType.objects.create(name="Carer", price_percent=0, sold_to=TicketType.SoldTo.COMPANION)
    seat_map = SeatMap(session, at=NOON)
    wheelchair, companion, chair, _other = seat_map.seats

    seat_map.check_types([(wheelchair, adult), (companion, carer)])
    for places in ([(chair, carer)], [(companion, carer), (chair, adult)]):
        with pytest.raises(ChoiceRefused):
            seat_map.check_types(places)


def test_the_seat_of_an_expired_hold_is_free():
    session = factories.a_session()
    order = factories.an_order(session, seats=2)

    assert len(taken_seats(session, at=order.expires_at - timedelta(seconds=1))[0]) == 2
    assert taken_seats(session, at=order.expires_at) == (set(), set())
